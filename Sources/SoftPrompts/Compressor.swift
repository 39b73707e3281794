import Contract
import LanguageModels
import Seeding
import Tensors

/// What a method learns: an encoder, memory tokens and the map from the encoder's hidden states to the decoder's
/// input embeddings. Of a method that tells tokens to keep from others the first two rows of memory stand for the two.
/// Its weights change in training alone, where nobody else reads them.
public final class Compressor: @unchecked Sendable {
    /// The model that reads what it makes; frozen.
    public let base: LanguageModel
    /// The base model, or a copy of it whose layers are trained. Token embeddings stay the base's.
    public let encoder: LanguageModel
    /// Low-rank additions to the encoder, in place of trained layers.
    public let adapter: LowRankAdapter?
    /// Memory token embeddings, [memories, hidden]; memory j of a context has row j mod memories.
    public let memory: Tensor
    /// [hidden, hidden]; nil where hidden states are slots as they are.
    public let projection: Tensor?
    /// What comes before a context in the encoder, such as the token that begins every sequence.
    public let prefix: [Int32]
    /// The longest stretch of a context that is encoded at once; a longer context is cut into equal
    /// ones. Nil where contexts are never cut.
    public let segmentTokens: Int?
    /// What it puts in front of prompts, if anything.
    public let lead: PromptLead?
    /// What the base adds to its weights while it reads what it makes, of methods that train that too.
    public let decoderAdapter: LowRankAdapter?

    /// Rows of the table of memory tokens.
    public static let memories = 256

    public init(
        of base: LanguageModel, encoder: LanguageModel, adapter: LowRankAdapter?, memory: Tensor,
        projection: Tensor?, prefix: [Int32], segmentTokens: Int? = nil, lead: PromptLead? = nil,
        decoderAdapter: LowRankAdapter? = nil
    ) {
        self.base = base
        self.encoder = encoder
        self.adapter = adapter
        self.memory = memory
        self.projection = projection
        self.prefix = prefix
        self.segmentTokens = segmentTokens
        self.lead = lead
        self.decoderAdapter = decoderAdapter
    }

    /// The untrained compressor of a model: the model itself as the encoder, a map that brings
    /// hidden states to the scale of embeddings, and memory tokens near the mean embedding.
    /// - Parameter hasDistinctMemories: whether each memory token has noise of its own, or all the same
    public convenience init(
        for model: LanguageModel, encoder: LanguageModel? = nil, adapter: LowRankAdapter? = nil,
        decoderAdapter: LowRankAdapter? = nil, seed: UInt64 = 0, hasDistinctMemories: Bool = false
    ) {
        let hidden = model.configuration.hiddenSize
        let rows = min(model.embedding.rows, 4096)
        let table = model.embed(
            (0..<Int32(rows)).map { $0 }, in: Computation(backend: model.embedding.backend))
        let values = table.values
        var mean = [Float](repeating: 0, count: hidden)
        for (i, value) in values.enumerated() { mean[i % hidden] += value / Float(rows) }
        let embeddingRMS = rootMeanSquare(values)
        let stateRMS = rootMeanSquare(model.finalNorm.values)

        var generator = SeededGenerator(seed: seed, stream: "memory-tokens")
        let noise = (0..<(hasDistinctMemories ? Self.memories : 1) * hidden).map { _ in
            Float(generator.normal()) * 0.3 * embeddingRMS
        }
        let memory = Tensor(shape: [Self.memories, hidden])
        let projection = Tensor(shape: [hidden, hidden])
        for column in 0..<hidden {
            for row in 0..<Self.memories {
                memory[row, column] = mean[column] + noise[(row * hidden + column) % noise.count]
            }
            projection[column, column] = embeddingRMS / max(stateRMS, .leastNormalMagnitude)
        }
        self.init(
            of: model, encoder: encoder ?? model, adapter: adapter, memory: memory, projection: projection,
            prefix: model.configuration.bosID.map { [$0] } ?? [], decoderAdapter: decoderAdapter)
    }

    /// Slots from the encoder's hidden states; both [rows, hidden]
    public func slots(from hidden: Tensor, in c: Computation) -> Tensor {
        projection.map { c.linear(hidden, $0) } ?? hidden
    }

    /// Everything of it that training changes, by name.
    public var trainable: [String: Tensor] {
        var result = ["memory": memory]
        result["projection"] = projection
        if let adapter {
            result.merge(adapter.tensors) { a, _ in a }
        } else {
            result.merge(encoder.tensors.filter { Self.isEncoders($0.key) }) { a, _ in a }
        }
        result.merge(decoderTensors) { a, _ in a }
        return result
    }

    /// The decoder's additions, by names that tell them from the encoder's.
    var decoderTensors: [String: Tensor] {
        Dictionary(
            uniqueKeysWithValues: (decoderAdapter?.tensors ?? [:]).map {
                (StoredCompressor.decoderPrefix + $0.key, $0.value)
            })
    }

    /// Whether a model's tensor is the encoder's own where its layers are trained; all others are the base's.
    static func isEncoders(_ name: String) -> Bool {
        name.hasPrefix("model.layers.") || name == "model.norm.weight"
    }
}

private func rootMeanSquare(_ values: [Float]) -> Float {
    let sum = values.reduce(0) { $0 + Double($1) * Double($1) }
    return Float((sum / Double(max(1, values.count))).squareRoot())
}
