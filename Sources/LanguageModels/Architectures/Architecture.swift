/// A family of decoders: what its `config.json`, its tensors and its layers have that others do not.
///
/// A declaration, in a file each: reading, saving and the forward pass are the same for all and ask it.
public struct Architecture: Sendable {
    /// What `architectures` names.
    public let name: String
    /// Transformers' short name.
    public let modelType: String
    /// What llama.cpp's files of it are like; nil where it has none of its own.
    var gguf: GGUFForm?

    // MARK: What config.json says

    var fallbacks = Fallbacks()
    var attentionBias = AttentionBias.none
    /// Whether `mlp_bias` asks for biases of gate, up and down projections.
    var asksFeedForwardBias = false
    /// The field that names the activation.
    var activationField = "hidden_act"
    /// Whether `partial_rotary_factor` is read: of each head the first share turns.
    var turnsPartOfHeads = false
    /// The base of the angles in windowed layers, where they have one of their own and the file says none.
    var windowedTheta: Double?
    /// Other names of rotary scalings.
    var scalingAliases: [String: String] = [:]
    /// Fields that change the results of this architecture alone, which `read` takes; others refuse them.
    var ownFields: Set<String> = []
    /// Takes what no other architecture has; shapes, biases and rotary embeddings are read by then.
    var read: @Sendable (inout ModelConfiguration, JSONFields) throws -> Void = { _, _ in }
    /// The fields that `read` takes.
    var write: @Sendable (ModelConfiguration) -> [String: Any] = { _ in [:] }

    // MARK: What its layers are

    var activation = Activation.silu
    var norms = LayerNorms()
    /// Norms of queries and keys before positions turn them; nil where there are none.
    var queryKeyNorms: QueryKeyNorms?
    /// What is added to the weight of every norm as a folder stores it.
    var normOffset: Float = 0
    /// Projections that a folder stores in one tensor.
    var fused: [FusedProjections] = []
}

extension Architecture {
    /// Every architecture that is read.
    public static let all: [Architecture] = [
        .llama, .mistral, .qwen2, .qwen3, .gemma3, .phi3, .olmo2, .smolLM3, .granite,
    ]

    /// What transformers gives where the file says nothing.
    struct Fallbacks: Sendable {
        /// Nil for as many as query heads.
        var kvHeads: Int?
        /// Nil for hidden size ÷ heads.
        var headDim: Int?
        /// `max_position_embeddings`.
        var length = 2048
        /// `original_max_position_embeddings`; nil for the length.
        var originalLength: Int?
        var normEpsilon = 1e-6
        var theta = 10_000.0
        var tiedEmbeddings = false
        var beginID: Int32?
        var endID: Int32?
    }

    enum AttentionBias: Sendable {
        case none
        /// Of q, k and v projections, whatever the file says.
        case always
        /// Of q, k, v and o projections where `attention_bias` asks for them.
        case asked
    }

    /// What a gate goes through before it is multiplied.
    enum Activation: Sendable {
        case silu
        /// GELU by the hyperbolic tangent.
        case tanhGELU

        /// As files name it, ours first.
        var names: [String] {
            switch self {
            case .silu: ["silu", "swish"]
            case .tanhGELU: ["gelu_pytorch_tanh"]
            }
        }
    }

    /// The norms of a layer in a folder, by where they stand; nil where there is none.
    struct LayerNorms: Sendable {
        var beforeAttention: String? = "input_layernorm"
        var afterAttention: String?
        var beforeFeedForward: String? = "post_attention_layernorm"
        var afterFeedForward: String?
    }

    enum QueryKeyNorms: Sendable {
        /// Each head on its own, by one weight for all.
        case perHead
        /// All heads together.
        case allHeads
    }

    /// What the GGUF files of an architecture have that others do not.
    struct GGUFForm: Sendable {
        /// llama.cpp's short name.
        let name: String
        /// Whether llama.cpp reorders queries and keys, to pair neighbours where everybody else pairs halves of a head.
        var pairsNeighbours = false
        /// Fields that change the results of this architecture alone, which `read` takes; others refuse them.
        var ownFields: Set<String> = []
        /// Takes what no other architecture has; shapes, biases and rotary embeddings are read by then.
        var read: @Sendable (inout ModelConfiguration, GGUFFields) throws -> Void = { _, _ in }
    }

    /// Projections one behind the other in one tensor, by their names in a layer.
    struct FusedProjections: Sendable {
        let name: String
        let parts: [String]
    }
}

/// Known by its name.
extension Architecture: Codable, Equatable {
    public static func == (a: Architecture, b: Architecture) -> Bool { a.name == b.name }

    public init(from decoder: any Decoder) throws {
        let value = try decoder.singleValueContainer()
        let name = try value.decode(String.self)
        guard let known = Self.all.first(where: { $0.name == name }) else {
            throw DecodingError.dataCorruptedError(
                in: value, debugDescription: "'\(name)' is no architecture that is read")
        }
        self = known
    }

    public func encode(to encoder: any Encoder) throws {
        var value = encoder.singleValueContainer()
        try value.encode(name)
    }
}
