import Foundation

/// Folders that are written to.
public enum Folder {
    /// Makes a folder, and those around it, where there is none; they are on disk then.
    public static func make(_ url: URL) throws {
        let kind = try FileKind(of: url)
        if kind == .folder { return }
        guard kind == .nothing else {
            throw FileError.wrongKind(path: url.path, found: kind, expected: .folder)
        }
        let parent = url.deletingLastPathComponent()
        try make(parent)
        // Another process may make it meanwhile.
        guard try mkdir(url.path, 0o777) == 0 || errno == EEXIST && FileKind(of: url) == .folder else {
            throw FileError.unwritable(path: url.path, reason: FileError.systemReason)
        }
        try Descriptor.synchronize(folder: parent)
    }

    /// Refuses a file whose folder is not there: a mistyped path makes no folders.
    public static func requireAround(_ file: URL) throws {
        let folder = file.deletingLastPathComponent()
        switch try FileKind(of: folder) {
        case .folder: return
        case .nothing: throw FileError.missingFolder(path: file.path, folder: folder.path)
        case let kind: throw FileError.wrongKind(path: folder.path, found: kind, expected: .folder)
        }
    }
}
