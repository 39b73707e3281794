import Files
import Foundation

/// Reads a GGUF file's header piece by piece; what lies outside of the file, or cannot be, is refused.
struct GGUFBytes {
    private let data: Data
    private let file: String
    private(set) var offset = 0

    init(_ data: Data, file: String) {
        self.data = data
        self.file = file
    }

    func malformed(_ reason: String) -> GGUFError { .malformed(file: file, reason: reason) }

    private var left: Int { data.count - offset }

    mutating func number<Number: FixedWidthInteger>(_: Number.Type = Number.self) throws -> Number {
        let size = MemoryLayout<Number>.size
        guard left >= size else { throw malformed("it ends at byte \(data.count), in its header") }
        defer { offset += size }
        return data.withUnsafeBytes {
            Number(littleEndian: $0.loadUnaligned(fromByteOffset: offset, as: Number.self))
        }
    }

    /// A number of things that take at least `size` bytes each, so that no damaged one asks for memory.
    mutating func count(of what: String, size: Int) throws -> Int {
        let place = offset
        let count: UInt64 = try number()
        guard count <= UInt64(left / size) else {
            throw malformed("at byte \(place) it claims \(count) \(what), more than it has room for")
        }
        return Int(count)
    }

    mutating func text() throws -> String {
        let count = try count(of: "bytes of a text", size: 1)
        defer { offset += count }
        return String(
            decoding: data[data.startIndex + offset..<data.startIndex + offset + count], as: UTF8.self)
    }

    /// The magic bytes, the version and the numbers of entries.
    mutating func header() throws -> (tensors: Int, metadata: Int) {
        guard data.prefix(4) == Data("GGUF".utf8) else {
            throw malformed(
                GitPointer.isOne(data)
                    ? GitPointer.advice
                    : "it does not begin with GGUF")
        }
        offset = 4
        let version: UInt32 = try number()
        guard version == 2 || version == 3 else {
            let isOther = version.byteSwapped == 2 || version.byteSwapped == 3
            throw malformed(
                isOther ? "it is big-endian" : "it has the version \(version), and 2 and 3 are known")
        }
        let tensors = try count(of: "tensors", size: 24)
        return (tensors, try count(of: "metadata entries", size: 12))
    }

    /// An entry of the list of tensors; its place counts from where the tensors begin.
    mutating func tensor() throws -> (name: String, shape: [Int], type: Int, offset: Int) {
        let name = try text()
        let dimensions: UInt32 = try number()
        guard 1...4 ~= dimensions else { throw malformed("'\(name)' has \(dimensions) dimensions") }
        let sizes = try (0..<dimensions).map { _ -> Int in
            let size: UInt64 = try number()
            guard size <= 1 << 40 else { throw malformed("'\(name)' has a side of \(size)") }
            return Int(size)
        }
        let type: UInt32 = try number()
        let place: UInt64 = try number()
        guard place <= UInt64(data.count) else {
            throw malformed("'\(name)' lies at \(place), outside of the file")
        }
        return (name, sizes.reversed(), Int(type), Int(place))
    }
}
