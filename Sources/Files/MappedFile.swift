import Foundation

/// A file mapped read-only; unmapped when nothing refers to it.
public final class MappedFile: @unchecked Sendable {
    /// Nobody writes to it. Of an empty file it is not to be read.
    public let pointer: UnsafeMutableRawPointer
    public let count: Int

    /// - Returns: nil where there is no such file
    /// - Throws: `FileError`
    public init?(_ url: URL) throws {
        guard let file = try Descriptor.reading(url) else { return nil }
        count = try file.byteCount()
        // Nothing can be mapped of an empty file: a byte more can be, and is not read.
        guard let memory = mmap(nil, max(count, 1), PROT_READ, MAP_PRIVATE, file.number, 0),
            memory != MAP_FAILED
        else { throw FileError.unreadable(path: url.path, reason: FileError.systemReason) }
        pointer = memory
        Self.note(memory, count: count, path: url.path)
    }

    deinit { munmap(pointer, max(count, 1)) }

    public var bytes: UnsafeRawBufferPointer { UnsafeRawBufferPointer(start: pointer, count: count) }
}
