/// The shape of a decoder, as a Hugging Face `config.json` gives it.
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
    /// How windowed layers turn queries and keys, where they do so in their own way.
    public var windowedRotary: RotaryConfiguration?
    /// Layers whose queries and keys no position turns, ascending.
    public var unturnedLayers: [Int]?
    /// Where set, rows of windowed layers see only this many positions: their own and those before it.
    public var slidingWindow: Int?
    /// The first layer with a window; the layers before it see everything.
    public var firstWindowedLayer = 0
    /// The layers with a window, ascending, where they are not all from `firstWindowedLayer` on.
    public var windowedLayers: [Int]?
    /// What scores of attention are multiplied by; nil for 1/√headDim.
    public var attentionScale: Double?
    /// What token embeddings are multiplied by; nil for 1, as in the others below.
    public var embeddingMultiplier: Double?
    /// What attention and the feed-forward network add is multiplied by it.
    public var residualMultiplier: Double?
    /// What scores of tokens are divided by; above 0.
    public var logitsDivisor: Double?
    /// `max_position_embeddings`.
    public var trainedLength = 1 << 20
    public var bosID: Int32?
    public var eosIDs: [Int32] = []

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

    /// Whether each query and key head is normalised on its own.
    public var headNorms: Bool { architecture.queryKeyNorms == .perHead }

    /// How wide the norms of queries and keys are: as a head, or as all of them; nil where there are none.
    var queryKeyNormWidths: (query: Int, key: Int)? {
        switch architecture.queryKeyNorms {
        case nil: nil
        case .perHead: (headDim, headDim)
        case .allHeads: (heads * headDim, kvHeads * headDim)
        }
    }

    /// Whether a layer is one of those with a window, be it of any length.
    func hasWindow(layer: Int) -> Bool {
        windowedLayers.map { $0.contains(layer) } ?? (slidingWindow != nil && layer >= firstWindowedLayer)
    }

    /// The window of a layer, nil where it sees everything.
    public func window(ofLayer layer: Int) -> Int? { hasWindow(layer: layer) ? slidingWindow : nil }

    /// How a layer turns queries and keys, nil where it does not.
    public func rotary(ofLayer layer: Int) -> RotaryConfiguration? {
        if unturnedLayers?.contains(layer) == true { return nil }
        return hasWindow(layer: layer) ? windowedRotary ?? rotary : rotary
    }
}
