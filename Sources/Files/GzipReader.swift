import CZlib
import Foundation

/// The bytes of a file in their order, a chunk at a time; a gzip file's as they were before (RFC 1952, any number
/// of members).
public final class GzipReader {
    private let file: gzFile

    public enum Fault: Error {
        case unreadable, cutOff, damaged
    }

    /// - Throws: `Fault`; `FileError` for what is no regular file or may not be read
    public init(_ url: URL) throws {
        // zlib closes what it is handed.
        guard let opened = try Descriptor.reading(url), let file = gzdopen(try opened.duplicate(), "rb")
        else { throw Fault.unreadable }
        gzbuffer(file, 1 << 18)
        self.file = file
    }

    deinit { gzclose(file) }

    /// Fills a buffer from its beginning.
    /// - Returns: how many bytes there are now; 0 behind the last
    /// - Throws: `Fault`
    public func read(into buffer: inout [UInt8]) throws -> Int {
        let count = gzread(file, &buffer, UInt32(buffer.count))
        guard count <= 0 else { return Int(count) }
        var code = Z_OK
        gzerror(file, &code)
        switch code {
        case Z_OK, Z_STREAM_END: return 0
        case Z_BUF_ERROR: throw Fault.cutOff
        case Z_DATA_ERROR: throw Fault.damaged
        default: throw Fault.unreadable
        }
    }
}
