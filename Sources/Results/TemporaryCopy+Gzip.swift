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
        do {
            let reader = try GzipReader(URL(fileURLWithPath: packed))
            try FileReplacement.write(to: URL(fileURLWithPath: path)) { unpacked in
                var buffer = [UInt8](repeating: 0, count: 1 << 20)
                while case let count = try reader.read(into: &buffer), count > 0 {
                    try buffer.prefix(count).withUnsafeBytes { try unpacked.write($0) }
                }
            }
        } catch GzipReader.Fault.unreadable {
            throw ResultsError.database(path: packed, reason: "it cannot be read")
        } catch is GzipReader.Fault {
            throw ResultsError.database(
                path: packed, reason: "its gzip bytes are cut off or damaged; copy it again")
        }
    }
}
