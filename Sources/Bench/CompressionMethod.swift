import LanguageModels
import Tensors

/// A way to make a context shorter for the decoder: the protocol that a file in Methods/ conforms to.
///
/// A method is a value made of its parameters. It compresses a context before the question is
/// known, so that one compressed context serves many questions. Several threads compress with one
/// value at the same time.
public protocol CompressionMethod: Sendable {
    /// Everything a user can choose; its initialiser gives the defaults.
    associatedtype Parameters: MethodParameters

    static var card: MethodCard { get }
    var parameters: Parameters { get }
    init(parameters: Parameters)

    /// Compresses one context to at most `context.budget` positions.
    func compress(_ context: Context, with tools: Tools) throws -> CompressedContext
    /// Compresses several, in order; by default one by one.
    func compress(_ contexts: [Context], with tools: Tools) throws -> [CompressedContext]
}

/// Parameters of a method; every property has a default and is named as its users write it.
public protocol MethodParameters: Codable, Equatable, Sendable {
    init()
}

/// For methods without a choice.
public struct NoParameters: MethodParameters {
    public init() {}
}

extension CompressionMethod {
    /// A canonical JSON text of the parameters.
    public var parametersJSON: String { parameters.json }

    /// `name=value` of each parameter's default.
    public static var defaults: [String] { Parameters().assignments }

    /// The card's name, with the parameters that differ from the defaults.
    public var label: String {
        let changed = parameters.changes
        return changed.isEmpty ? Self.card.name : "\(Self.card.name) (\(changed.joined(separator: ", ")))"
    }

    public func compress(_ contexts: [Context], with tools: Tools) throws -> [CompressedContext] {
        try contexts.map { try compress($0, with: tools) }
    }
}

/// A context to compress and what may be kept of it.
public struct Context: Sendable {
    /// Without the special tokens around it.
    public let tokens: [Int32]
    public let ratio: Ratio
    /// Makes a method's random choices repeatable: derived from the run's seed and the document.
    public let seed: UInt64

    public init(tokens: [Int32], ratio: Ratio, seed: UInt64 = 0) {
        self.tokens = tokens
        self.ratio = ratio
        self.seed = seed
    }

    /// Decoder positions that may be kept: ⌈tokens / ratio⌉.
    public var budget: Int { ratio.budget(for: tokens.count) }

    /// The stretch of the context that each kept position stands for.
    public var windows: [Range<Int>] { ratio.windows(of: tokens.count) }

    /// The stretch of one kept position.
    public func window(_ index: Int) -> Range<Int> { ratio.window(index, of: tokens.count) }
}

/// What a method computes with.
public struct Tools {
    /// The decoder, frozen; methods may use it as an encoder too.
    public let model: LanguageModel
    /// What was trained for the method; nil for a method that is training-free.
    public let compressor: Compressor?
    public let computation: Computation

    public init(model: LanguageModel, compressor: Compressor? = nil, computation: Computation = Computation())
    {
        self.model = model
        self.compressor = compressor
        self.computation = computation
    }
}
