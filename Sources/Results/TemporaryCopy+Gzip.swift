import CZlib
import Files
import Foundation

/// Results that gzip packed (RFC 1952), as a repository keeps them: a file of samples shrinks to a fourth.
extension TemporaryCopy {
    static func isPacked(_ path: String) throws -> Bool {
        try Descriptor.reading(URL(fileURLWithPath: path))?.read(upToCount: 2) == Data([0x1f, 0x8b])
    }

    /// - Throws: `ResultsError` for bytes that are cut off or damaged
    convenience init(unpacking packed: String) throws {
        self.init()
        func failure(_ reason: String) -> ResultsError { .database(path: packed, reason: reason) }
        // zlib closes what it is handed.
        guard let opened = try Descriptor.reading(URL(fileURLWithPath: packed)),
            let file = gzdopen(try opened.duplicate(), "rb")
        else { throw failure("it cannot be read") }
        defer { gzclose(file) }
        gzbuffer(file, 1 << 18)
        let target = URL(fileURLWithPath: path)
        try FileReplacement.write(to: target) { unpacked in
            var buffer = [UInt8](repeating: 0, count: 1 << 20)
            while case let count = gzread(file, &buffer, UInt32(buffer.count)), count != 0 {
                guard count > 0 else { throw failure("its gzip bytes are cut off or damaged; copy it again") }
                try buffer.prefix(Int(count)).withUnsafeBytes { try unpacked.write($0) }
            }
            var code = Z_OK
            gzerror(file, &code)
            guard code == Z_OK || code == Z_STREAM_END else {
                throw failure("its gzip bytes are cut off or damaged; copy it again")
            }
        }
    }
}
