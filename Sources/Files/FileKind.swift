import Foundation

/// What stands at a path, links followed.
public enum FileKind: Sendable, Equatable {
    case nothing, file, folder, fifo, socket
    /// Of characters, such as a terminal or `/dev/full`.
    case device
    /// Of blocks: a disk.
    case disk

    /// - Throws: `FileError` where the system does not say, such as behind a folder that may not be read
    public init(of url: URL) throws {
        var status = stat()
        if stat(url.path, &status) == 0 {
            self.init(mode: status.st_mode)
        } else if errno == ENOENT || errno == ENOTDIR {
            self = .nothing
        } else {
            throw FileError.unreadable(path: url.path, reason: FileError.systemReason)
        }
    }

    init(mode: mode_t) {
        self =
            switch mode & S_IFMT {
            case S_IFREG: .file
            case S_IFDIR: .folder
            case S_IFIFO: .fifo
            case S_IFSOCK: .socket
            case S_IFBLK: .disk
            case _: .device
            }
    }

    /// As errors call it.
    var name: String {
        switch self {
        case .nothing: "nothing"
        case .file: "a regular file"
        case .folder: "a folder"
        case .fifo: "a FIFO"
        case .socket: "a socket"
        case .device: "a device"
        case .disk: "a disk"
        }
    }
}
