import Files
import Foundation

/// What can be wrong with a file of tensors, in one line.
public enum SafetensorsError: Error, CustomStringConvertible, LocalizedError {
    case unreadable(path: String, reason: String)
    case malformed(path: String, reason: String)
    case unsupportedType(path: String, name: String, type: String)

    public var description: String { text.oneLine }

    private var text: String {
        switch self {
        case .unreadable(let path, let reason):
            "cannot read \(path): \(reason)"
        case .malformed(let path, let reason):
            "\(path) is not a sound safetensors file: \(reason); download or write it again"
        case .unsupportedType(let path, let name, let type):
            "\(path): '\(name)' is stored as \(type), which cannot be read; convert it to F32, BF16 or F16"
        }
    }

    public var errorDescription: String? { description }
}

/// Tensors of a safetensors file, mapped into memory and held as stored.
public struct SafetensorsFile {
    public let path: String
    /// Those of a type that can be computed with.
    public let tensors: [String: Tensor]
    /// The types of all others by the tensors' names, such as I64: no fault where nothing needs them.
    public let otherTypes: [String: String]
    public let metadata: [String: String]

    /// Maps a file and checks its whole header; no tensor's data is read, but by a backend that copies it.
    public init(_ url: URL, on backend: any Backend = .standard) throws {
        path = url.path
        guard let file = try MappedFile(url) else {
            throw SafetensorsError.unreadable(path: path, reason: "there is no such file")
        }
        func malformed(_ reason: String) -> SafetensorsError { .malformed(path: url.path, reason: reason) }
        guard !GitPointer.isOne(file.bytes) else {
            throw SafetensorsError.unreadable(path: path, reason: GitPointer.advice)
        }
        guard file.count > 0 else { throw malformed("it is empty") }
        guard file.count >= 8 else { throw malformed("it has \(file.count) bytes, a header needs 8") }
        let length = UInt64(littleEndian: file.pointer.loadUnaligned(as: UInt64.self))
        guard length <= 100_000_000, Int(length) <= file.count - 8 else {
            throw malformed("its header claims \(length) bytes, the file has \(file.count)")
        }
        let header = Data(bytes: file.pointer + 8, count: Int(length))
        guard let json = try? JSONSerialization.jsonObject(with: header) as? [String: Any] else {
            throw malformed("its header is not a JSON object")
        }
        guard json.count == Self.topLevelNames(in: header) else {
            throw malformed("its header names a tensor twice")
        }
        let start = 8 + Int(length)
        var tensors: [String: Tensor] = [:]
        var otherTypes: [String: String] = [:]
        var spans: [(Range<Int>, String)] = []
        for (name, value) in json where name != "__metadata__" {
            guard let entry = value as? [String: Any], let type = entry["dtype"] as? String,
                let sizes = entry["shape"] as? [Int], let offsets = entry["data_offsets"] as? [Int],
                offsets.count == 2
            else { throw malformed("the entry '\(name)' lacks dtype, shape or data_offsets") }
            guard offsets[0] >= 0, offsets[1] >= offsets[0], offsets[1] <= file.count - start else {
                throw malformed(
                    "'\(name)' lies at \(offsets[0])..<\(offsets[1]) of \(file.count - start) bytes of data")
            }
            spans.append((offsets[0]..<offsets[1], name))
            guard let elementType = ElementType(rawValue: type), !elementType.isBlocked else {
                otherTypes[name] = type
                continue
            }
            var bytes = elementType.size
            for size in sizes {
                let (product, overflow) = bytes.multipliedReportingOverflow(by: size)
                guard size >= 0, !overflow else { throw malformed("'\(name)' has the shape \(sizes)") }
                bytes = product
            }
            guard offsets[1] - offsets[0] == bytes else {
                throw malformed(
                    "'\(name)' of shape \(sizes) takes \(bytes) bytes, its entry holds \(offsets[1] - offsets[0])"
                )
            }
            let pointer = file.pointer + start + offsets[0]
            let storage = backend.adopt(pointer, bytes: bytes, elementType: elementType, of: file)
            tensors[name] = Tensor(shape: sizes, elementType: elementType, storage: storage)
        }
        spans.sort { $0.0.lowerBound < $1.0.lowerBound }
        for (a, b) in zip(spans, spans.dropFirst()) where a.0.upperBound > b.0.lowerBound {
            throw malformed("'\(a.1)' and '\(b.1)' overlap")
        }
        self.tensors = tensors
        self.otherTypes = otherTypes
        metadata = json["__metadata__"] as? [String: String] ?? [:]
    }

    /// The names of all tensors, of whatever type.
    public var names: [String] { Array(tensors.keys) + Array(otherTypes.keys) }

    /// Whether it holds a tensor of the name, of whatever type.
    public func holds(_ name: String) -> Bool { tensors[name] != nil || otherTypes[name] != nil }

    /// A tensor that is needed; nil where the file has none of the name.
    public func tensor(_ name: String) throws -> Tensor? {
        if let type = otherTypes[name] {
            throw SafetensorsError.unsupportedType(path: path, name: name, type: type)
        }
        return tensors[name]
    }

    /// All that the file holds, where all of it is needed.
    public func allTensors() throws -> [String: Tensor] {
        if let name = otherTypes.keys.min() { _ = try tensor(name) }
        return tensors
    }

    /// Members of a sound JSON object, counted with those that a dictionary would drop.
    private static func topLevelNames(in json: Data) -> Int {
        var (count, depth) = (0, 0)
        var (isText, isEscaped) = (false, false)
        for byte in json {
            if isEscaped {
                isEscaped = false
            } else if isText {
                isEscaped = byte == UInt8(ascii: "\\")
                isText = byte != UInt8(ascii: "\"")
            } else {
                switch byte {
                case UInt8(ascii: "\""): isText = true
                case UInt8(ascii: "{"), UInt8(ascii: "["): depth += 1
                case UInt8(ascii: "}"), UInt8(ascii: "]"): depth -= 1
                case UInt8(ascii: ":"): count += depth == 1 ? 1 : 0
                default: break
                }
            }
        }
        return count
    }

    /// Replaces a file with tensors in order of their names: bfloat16 as it is, all others as float32.
    /// - Throws: `FileError`
    public static func write(
        _ tensors: [String: Tensor], metadata: [String: String] = ["format": "pt"], to url: URL
    ) throws {
        var header: [String: Any] = ["__metadata__": metadata]
        var offset = 0
        let names = tensors.keys.sorted()
        for name in names {
            guard let tensor = tensors[name] else { continue }
            let type = stored(tensor)
            let end = offset + tensor.count * type.size
            header[name] = [
                "dtype": type.rawValue, "shape": tensor.shape, "data_offsets": [offset, end],
            ]
            offset = end
        }
        var json = try JSONSerialization.data(
            withJSONObject: header, options: [.sortedKeys, .withoutEscapingSlashes])
        json.append(Data(repeating: 0x20, count: (8 - json.count % 8) % 8))
        try FileReplacement.write(to: url) { file in
            try withUnsafeBytes(of: UInt64(json.count).littleEndian) { try file.write($0) }
            try json.withUnsafeBytes { try file.write($0) }
            for name in names {
                guard let tensor = tensors[name] else { continue }
                if stored(tensor) == .bfloat16 {
                    // The upper half of a float32 that has no more digits.
                    let halves = tensor.values.map { UInt16($0.bitPattern >> 16).littleEndian }
                    try halves.withUnsafeBytes { try file.write($0) }
                } else {
                    try tensor.values.withUnsafeBytes { try file.write($0) }
                }
            }
        }
    }

    private static func stored(_ tensor: Tensor) -> ElementType {
        tensor.elementType == .bfloat16 ? .bfloat16 : .float32
    }
}
