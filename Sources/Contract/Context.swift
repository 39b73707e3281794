import Budgets

/// A context to compress, what may be kept of it and what a method may know besides.
public struct Context: Sendable {
    /// Its text, tokens and units.
    public let source: SourceText
    /// What was asked for; `budget` is what it comes to here.
    public let limit: Budget
    /// Makes a method's random choices repeatable: derived from the run's seed and the document.
    public let seed: UInt64
    /// What will be asked behind it; nil unless the method's card says `isQueryAware`.
    public let question: String?

    /// - Parameter question: for methods whose card says `isQueryAware`
    public init(_ source: SourceText, limit: Budget, seed: UInt64 = 0, question: String? = nil) {
        self.source = source
        self.limit = limit
        self.seed = seed
        self.question = question
    }

    /// A context that is known by its tokens alone, as in training.
    public init(tokens: [Int32], limit: Budget, seed: UInt64 = 0) {
        self.init(SourceText(tokens: tokens), limit: limit, seed: seed)
    }

    /// Where it stands in a prompt, without the special tokens around it.
    public var tokens: [Int32] { source.tokens }

    /// What stands before it in its prompt, outside the budget.
    public var prefix: [Int32] { source.prefix }

    /// Its text; empty where it is known by its tokens alone.
    public var text: String { source.text }

    /// The bytes of the text's UTF-8 that each token stands for.
    public var offsets: [Range<Int>] { source.offsets }

    /// Its words or sentences, each with its tokens.
    public func units(_ kind: TextUnit.Kind) -> [TextUnit] { source.units(kind) }

    /// Decoder positions that may be kept.
    public var budget: Int { limit.positions(for: tokens.count) }

    /// The stretch of the context that each kept position stands for, in tokens.
    public var windows: [Range<Int>] { limit.windows(of: tokens.count) }

    /// The stretch of one kept position, in tokens.
    public func window(_ index: Int) -> Range<Int> { limit.window(index, of: tokens.count) }
}
