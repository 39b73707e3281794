import Files
import Foundation
import Tensors

/// A model in one file, as llama.cpp keeps it: metadata, and tensors whose numbers may be quantised.
///
/// ggml's `docs/gguf.md`, versions 2 and 3, little-endian. The file is mapped; no tensor is read when it is opened.
public struct GGUFFile: Sendable {
    public let url: URL
    public let metadata: GGUFMetadata
    /// By name, such as `blk.0.attn_q.weight`.
    public let tensors: [String: Entry]
    private let file: MappedFile

    /// Where a tensor is and how its numbers are stored.
    public struct Entry: Sendable {
        /// Rows first: [rows, width], or [width].
        public let shape: [Int]
        public let elementType: ElementType
        /// Its place in the file.
        let bytes: Range<Int>
    }

    /// - Throws: `GGUFError`, `FileError`
    public init(_ url: URL) throws {
        self.url = url
        guard let file = try MappedFile(url) else { throw GGUFError.missing(url.path) }
        self.file = file
        let data = Data(
            bytesNoCopy: file.pointer, count: file.count, deallocator: .custom { _, _ in _ = file })
        var bytes = GGUFBytes(data, file: url.path)
        let counts = try bytes.header()
        metadata = try GGUFMetadata(&bytes, count: counts.metadata)
        let entries = try (0..<counts.tensors).map { _ in try bytes.tensor() }
        let alignment = metadata.integer("general.alignment") ?? 32
        guard alignment > 0, alignment <= 1 << 20 else {
            throw bytes.malformed("its general.alignment is \(alignment)")
        }
        let start = (bytes.offset + alignment - 1) / alignment * alignment
        var tensors: [String: Entry] = [:]
        for entry in entries {
            guard let elementType = ElementType(ggufCode: entry.type) else {
                throw GGUFError.unsupportedType(file: url.path, tensor: entry.name, code: entry.type)
            }
            let (first, overflow) = start.addingReportingOverflow(entry.offset)
            guard let size = elementType.bytes(ofShape: entry.shape), !overflow, first <= data.count,
                size <= data.count - first
            else {
                throw bytes.malformed(
                    "'\(entry.name)' of shape \(entry.shape) does not lie in its \(data.count) bytes; it is cut off, "
                        + "or its header is damaged")
            }
            let place = Entry(shape: entry.shape, elementType: elementType, bytes: first..<first + size)
            guard tensors.updateValue(place, forKey: entry.name) == nil else {
                throw bytes.malformed("it names '\(entry.name)' twice")
            }
        }
        self.tensors = tensors
    }

    /// Whether a file begins as one, whatever its name.
    public static func isOne(_ url: URL) -> Bool {
        (try? Descriptor.reading(url)?.read(upToCount: 4)) == Data("GGUF".utf8)
    }

    /// A tensor as it is stored; nil where there is none.
    public func tensor(_ name: String, on backend: any Backend = .standard) -> Tensor? {
        tensors[name].map { entry in
            let storage = backend.adopt(
                file.pointer + entry.bytes.lowerBound, bytes: entry.bytes.count,
                elementType: entry.elementType, of: file)
            return Tensor(shape: entry.shape, elementType: entry.elementType, storage: storage)
        }
    }
}

/// What can be wrong with a GGUF file, in one line.
public enum GGUFError: Error, CustomStringConvertible, LocalizedError {
    case missing(String)
    case malformed(file: String, reason: String)
    case unsupportedType(file: String, tensor: String, code: Int)
    case unsupported(file: String, field: String, found: String, supported: String)

    public var description: String {
        let text =
            switch self {
            case .missing(let path): "there is no file \(path)"
            case .malformed(let file, let reason):
                "\(file) is not a sound GGUF file: \(reason); download or convert it again"
            case .unsupportedType(let file, let tensor, let code):
                "\(file): '\(tensor)' is stored as \(ElementType.name(ofGGUFCode: code)), which cannot be read; use a "
                    + "file in \(ElementType.allCases.map(\.rawValue).joined(separator: ", ")), as most of Q8_0 "
                    + "and Q4_K_M are"
            case .unsupported(let file, let field, let found, let supported):
                "\(file): \(field) is \(found), which would change the results; supported: \(supported)"
            }
        return text.oneLine
    }

    public var errorDescription: String? { description }
}
