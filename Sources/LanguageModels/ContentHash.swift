import Files
import Foundation
import Seeding
import Tensors

/// SHA-256 over the names, sizes and contents of files, in the order in which they are added.
public struct ContentHash {
    private var whole = SHA256()

    public init() {}

    /// The digest of everything so far in hexadecimal; the value is used up.
    public mutating func finish() -> String { whole.finish() }

    /// Adds what a file of this name holds, or would hold.
    public mutating func add(_ data: Data, named name: String) {
        begin(name, bytes: data.count)
        data.withUnsafeBytes { whole.update($0) }
    }

    /// Adds a file, which is read once.
    /// - Throws: `SafetensorsError.unreadable`, `FileError`
    public mutating func add(_ file: URL, named name: String) throws {
        try add(file, named: name) { _ in }
    }

    /// Adds a file, which is read once.
    /// - Returns: the SHA-256 of the file alone
    /// - Throws: `SafetensorsError.unreadable`, `FileError`
    public mutating func addWithDigest(_ file: URL, named name: String) throws -> String {
        var own = SHA256()
        try add(file, named: name) { own.update($0) }
        return own.finish()
    }

    private mutating func begin(_ name: String, bytes: Int) {
        Data("\(name) \(bytes)\n".utf8).withUnsafeBytes { whole.update($0) }
    }

    /// Reads in parts: a mapped file that somebody cuts short would end the process.
    private mutating func add(
        _ file: URL, named name: String, part: (UnsafeRawBufferPointer) -> Void
    ) throws {
        func unreadable(_ reason: String) -> SafetensorsError { .unreadable(path: file.path, reason: reason) }
        guard let opened = try Descriptor.reading(file) else { throw unreadable("there is no file") }
        let bytes = try opened.byteCount()
        begin(name, bytes: bytes)
        var left = bytes
        while case let data = try opened.read(upToCount: 1 << 20), !data.isEmpty {
            left -= data.count
            data.withUnsafeBytes {
                whole.update($0)
                part($0)
            }
        }
        guard left == 0 else { throw unreadable("it cannot be read whole, or was changed meanwhile") }
    }
}
