import Foundation

/// Which file a path leads to, whatever it is called: the same through symbolic and hard links.
///
/// Where there is nothing yet, the folder that is there and the path that a file would have in it.
public struct FileIdentity: Hashable, Sendable {
    private let device: dev_t
    private let inode: ino_t
    /// In the folder of that device and inode, from its end; empty for what is there.
    private let missing: [String]

    public init(_ url: URL) {
        var status = stat()
        // Links such as /dev/stdout may lead to what has no path, which the system alone can follow.
        if stat(url.path, &status) == 0 {
            self.init(status)
            return
        }
        var names = url.throughLinks.pathComponents
        var missing: [String] = []
        while stat(NSString.path(withComponents: names), &status) != 0, let name = names.popLast() {
            missing.append(name)
        }
        self.init(status, missing: missing)
    }

    /// Of an open file; nil for a number that is none.
    init?(descriptor: Int32) {
        var status = stat()
        guard fstat(descriptor, &status) == 0 else { return nil }
        self.init(status)
    }

    init(_ status: stat, missing: [String] = []) {
        device = status.st_dev
        inode = status.st_ino
        self.missing = missing
    }

    /// Refuses outputs that are inputs.
    public static func requireApart(_ outputs: [URL], from inputs: [URL]) throws {
        let read = Set(inputs.map { FileIdentity($0) })
        for output in outputs where read.contains(FileIdentity(output)) {
            throw FileError.isInput(path: output.path)
        }
    }
}

extension URL {
    /// Where a path that is a symbolic link leads in the end, be there something or not.
    public var throughLinks: URL {
        var place = self
        // As many as the system follows.
        for _ in 0..<40 {
            guard let next = try? FileManager.default.destinationOfSymbolicLink(atPath: place.path) else {
                return place
            }
            place = URL(fileURLWithPath: next, relativeTo: place.deletingLastPathComponent()).absoluteURL
        }
        return place
    }
}
