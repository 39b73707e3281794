/// The shape of a Llama-family decoder, as a Hugging Face `config.json` gives it.
public struct ModelConfiguration: Codable, Equatable, Sendable {
    public var architecture = Architecture.llama
    public var vocabularySize: Int
    public var hiddenSize: Int
    public var intermediateSize: Int
    public var layers: Int
    public var heads: Int
    public var kvHeads: Int
    public var headDim: Int
    public var normEpsilon = 1e-5
    public var tiedEmbeddings = true
    /// Whether q, k and v projections carry a bias.
    public var projectionBias = false
    /// Whether the o projection does.
    public var outputBias = false
    /// Whether gate, up and down projections do.
    public var feedForwardBias = false
    public var rotary = RotaryConfiguration()
    /// Where set, rows of windowed layers see only this many positions: their own and those before it.
    public var slidingWindow: Int?
    /// The first layer with a window; the layers before it see everything.
    public var firstWindowedLayer = 0
    /// `max_position_embeddings`.
    public var trainedLength = 1 << 20
    public var bosID: Int32?
    public var eosIDs: [Int32] = []

    /// What `architectures` names.
    public enum Architecture: String, Codable, CaseIterable, Sendable {
        case llama = "LlamaForCausalLM"
        case mistral = "MistralForCausalLM"
        case qwen2 = "Qwen2ForCausalLM"
        case qwen3 = "Qwen3ForCausalLM"

        /// Transformers' short name.
        public var modelType: String {
            switch self {
            case .llama: "llama"
            case .mistral: "mistral"
            case .qwen2: "qwen2"
            case .qwen3: "qwen3"
            }
        }
    }

    public init(
        vocabularySize: Int, hiddenSize: Int, intermediateSize: Int, layers: Int, heads: Int,
        kvHeads: Int? = nil, headDim: Int? = nil
    ) {
        self.vocabularySize = vocabularySize
        self.hiddenSize = hiddenSize
        self.intermediateSize = intermediateSize
        self.layers = layers
        self.heads = heads
        self.kvHeads = kvHeads ?? heads
        self.headDim = headDim ?? hiddenSize / heads
    }

    /// The longest sequence that the model is made for, in tokens.
    public var contextLimit: Int { max(trainedLength, rotary.reach) }

    /// Whether each query and key head is normalised.
    public var headNorms: Bool { architecture == .qwen3 }

    /// The window of a layer, nil where it sees everything.
    public func window(ofLayer layer: Int) -> Int? { layer < firstWindowedLayer ? nil : slidingWindow }
}
