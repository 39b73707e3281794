import Contract
import Files
import Foundation

/// A data set's file, packed by gzip or not, a chunk at a time; its faults are the data set's.
final class FileBytes {
    private let path: String
    private let file: GzipReader

    /// - Throws: `DatasetError.unreadable`; `FileError` for what is no regular file or may not be read
    init(_ url: URL) throws {
        path = url.path
        do { file = try GzipReader(url) } catch is GzipReader.Fault {
            throw DatasetError.unreadable(file: url.path)
        }
    }

    /// Fills a buffer from its beginning.
    /// - Returns: how many bytes there are now; 0 behind the last
    func read(into buffer: inout [UInt8]) throws -> Int {
        do {
            return try file.read(into: &buffer)
        } catch GzipReader.Fault.cutOff {
            throw DatasetError.damaged(file: path, reason: "its gzip bytes end in the middle")
        } catch GzipReader.Fault.damaged {
            throw DatasetError.damaged(file: path, reason: "its gzip bytes are damaged")
        } catch is GzipReader.Fault {
            throw DatasetError.unreadable(file: path)
        }
    }
}
