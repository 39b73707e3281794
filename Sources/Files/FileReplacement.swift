import Foundation

/// A file that is written beside its place and takes it when all of it is on disk.
///
/// Whenever the process is killed, the place holds the whole old file or the whole new one. What a killed
/// process leaves is one hidden file beside the place, which the next replacement of the file takes over.
public final class FileReplacement {
    private let file: Descriptor
    private var pending: [UInt8] = []
    private static let pendingLimit = 1 << 16

    private init(_ file: Descriptor) { self.file = file }

    /// Replaces the file with what `body` writes. Where `body` or the disk fails, the file stays as it is.
    ///
    /// A symbolic link stays one: what it leads to is replaced. Permissions stay as they were.
    /// - Throws: `FileError`, for a place that is no regular file's as well, or what `body` throws
    public static func write(to url: URL, _ body: (FileReplacement) throws -> Void) throws {
        let target = url.throughLinks
        let exists = try RegularFile.require(target)
        // A rename asks for no permission to write to the file.
        guard !exists || access(target.path, W_OK) == 0 else {
            throw FileError.unwritable(path: target.path, reason: FileError.systemReason)
        }
        let stage = stage(of: target)
        let file = try Descriptor.claim(stage, asFolder: false, for: target)
        // Nobody else may have it before it is in its place.
        defer { withExtendedLifetime(file) {} }
        do {
            // Of a process that was killed.
            guard ftruncate(file.number, 0) == 0 else {
                throw FileError.unwritable(path: target.path, reason: FileError.systemReason)
            }
            file.takeOver(from: target)
            let replacement = FileReplacement(file)
            try body(replacement)
            try replacement.flush()
            try file.synchronize()
            guard rename(stage.path, target.path) == 0 else {
                throw FileError.unwritable(path: target.path, reason: FileError.systemReason)
            }
        } catch {
            unlink(stage.path)
            throw error
        }
        try Descriptor.synchronize(folder: target.deletingLastPathComponent())
    }

    /// Replaces the file with `data`.
    public static func write(_ data: Data, to url: URL) throws {
        try write(to: url) { file in try data.withUnsafeBytes { try file.write($0) } }
    }

    /// Where it is written; the same for every replacement of the file, so that a stray is taken over.
    static func stage(of target: URL) -> URL {
        // A name has at most 255 bytes.
        let name = String(decoding: target.lastPathComponent.utf8.prefix(200), as: UTF8.self)
        return target.deletingLastPathComponent().appendingPathComponent(".\(name).picbench-partial")
    }

    /// Adds bytes to the end.
    public func write(_ bytes: UnsafeRawBufferPointer) throws {
        if pending.count + bytes.count > Self.pendingLimit { try flush() }
        if bytes.count > Self.pendingLimit {
            try file.write(bytes)
        } else {
            pending.append(contentsOf: bytes)
        }
    }

    /// Adds a text to the end, in UTF-8.
    public func write(_ text: String) throws {
        var text = text
        try text.withUTF8 { try write(UnsafeRawBufferPointer($0)) }
    }

    private func flush() throws {
        try pending.withUnsafeBytes { try file.write($0) }
        pending.removeAll(keepingCapacity: true)
    }
}
