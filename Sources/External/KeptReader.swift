import Contract
import LanguageModels
import Tensors

/// Makes of a child's answer what a method of this program would return, or says what is wrong with it.
///
/// Budgets are not looked at here: the harness counts what everybody keeps.
struct KeptReader {
    /// What is wrong with an answer, behind the child's name.
    struct Problem: Error {
        let text: String

        init(_ text: String) { self.text = text }
    }

    private let hello: Hello
    private let decoder: DecoderModel
    private let folder: TensorFolder?

    /// - Parameter folder: where the child writes tensors, where it does
    init(_ hello: Hello, _ decoder: DecoderModel, _ folder: TensorFolder?) {
        self.hello = hello
        self.decoder = decoder
        self.folder = folder
    }

    func kept(_ reply: Reply, of context: Context, in c: Computation) throws -> Kept {
        switch hello.returns {
        case .indices: return .selection(try indices(reply, count: context.tokens.count))
        case .text:
            guard let text = reply.text else { throw Problem("answered without 'text'") }
            return .text(text)
        case .embeddings: return try embeddings(reply, of: context)
        case .keysAndValues: return try keysAndValues(reply, of: context, in: c)
        }
    }

    private func indices(_ reply: Reply, count: Int) throws -> [Int] {
        guard let indices = reply.indices else { throw Problem("answered without 'indices'") }
        if let wrong = indices.first(where: { !(0..<count).contains($0) }) {
            throw Problem("kept the index \(wrong) of a context with \(count) tokens")
        }
        if let (one, next) = zip(indices, indices.dropFirst()).first(where: { $0 >= $1 }) {
            throw Problem("kept the index \(next) behind \(one); indices ascend, each once")
        }
        return indices
    }

    private var model: LanguageModel { get throws { try decoder.backbone.model } }

    private func embeddings(_ reply: Reply, of context: Context) throws -> Kept {
        let hidden = try model.configuration.hiddenSize
        var tensors = try tensors(reply, of: context, numbersInRow: hidden)
        let slots = try take("embeddings", from: &tensors, rows: nil, width: hidden)
        try requireNoMore(tensors)
        let (positions, next) = try places(reply, rows: slots.rows, of: context)
        return .slots(slots, positions: positions, next: next)
    }

    private func keysAndValues(_ reply: Reply, of context: Context, in c: Computation) throws -> Kept {
        let model = try model
        let shape = model.configuration
        let width = shape.kvHeads * shape.headDim
        var tensors = try tensors(reply, of: context, numbersInRow: 2 * shape.layers * width)
        var rows: Int?
        let layers = try (0..<shape.layers).map { layer in
            let keys = try take("keys.\(layer)", from: &tensors, rows: rows, width: width)
            rows = keys.rows
            return LayerKeys.Layer(
                keys: keys, values: try take("values.\(layer)", from: &tensors, rows: rows, width: width))
        }
        try requireNoMore(tensors)
        let count = rows ?? 0
        let (positions, next) = try places(reply, rows: count, of: context)
        let ahead = context.prefix.count
        let cache = KVCache(
            of: model, behind: KVCache(of: model, reading: context.prefix, in: c), count: ahead,
            LayerKeys(layers: layers, positions: positions.map { Int32($0) }), rows: 0..<count,
            movedBy: ahead, in: c)
        let selection = CacheSelection(
            repeating: (0..<count).map { Int32($0) }, layers: shape.layers, kvHeads: shape.kvHeads)
        return Kept(.cache(cache, selection), next: next)
    }

    // MARK: - Files and positions

    /// - Parameter numbersInRow: of what stands for one position
    private func tensors(_ reply: Reply, of context: Context, numbersInRow: Int) throws -> [String: Tensor] {
        guard let name = reply.file, let folder else { throw Problem("answered without 'file'") }
        // More than that is over any budget; the header has its own room.
        let limit = (context.tokens.count + 1) * numbersInRow * ElementType.float32.size + 1 << 20
        do {
            return try folder.take(name, limit: limit)
        } catch let error as SafetensorsError {
            throw Problem("wrote the file '\(name)', which cannot be read: \(error)")
        }
    }

    private func take(
        _ name: String, from tensors: inout [String: Tensor], rows: Int?, width: Int
    ) throws -> Tensor {
        let expected = "[\(rows.map(String.init) ?? "positions"), \(width)]"
        guard let tensor = tensors.removeValue(forKey: name) else {
            throw Problem("wrote a file without '\(name)', expected that of the shape \(expected)")
        }
        guard tensor.shape.count == 2, tensor.shape[1] == width, tensor.shape[0] == rows ?? tensor.shape[0]
        else { throw Problem("wrote '\(name)' of the shape \(tensor.shape), expected \(expected)") }
        guard tensor.isFinite else { throw Problem("wrote '\(name)' with numbers that are not finite") }
        return tensor
    }

    private func requireNoMore(_ tensors: [String: Tensor]) throws {
        if let other = tensors.keys.min() {
            throw Problem("wrote '\(other)', which is no part of the protocol")
        }
    }

    /// Where rows stand and where the prompt goes on: one behind the other from the context's first token on, where
    /// nothing is said.
    private func places(_ reply: Reply, rows: Int, of context: Context) throws -> ([Int], next: Int) {
        let positions = reply.positions ?? Array(0..<rows)
        guard positions.count == rows else {
            throw Problem("gave \(positions.count) positions for \(rows) rows")
        }
        let end = max(context.tokens.count, rows)
        guard zip(positions, positions.dropFirst()).allSatisfy({ $0 < $1 }), positions.first ?? 0 >= 0,
            positions.last ?? 0 < end
        else { throw Problem("gave positions that do not ascend from 0 to below \(end)") }
        let behind = (positions.last ?? -1) + 1
        guard behind...end ~= reply.next ?? behind else {
            throw Problem("lets the prompt go on at \(reply.next ?? behind), expected \(behind) to \(end)")
        }
        return (positions, reply.next ?? behind)
    }
}
