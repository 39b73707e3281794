import Budgets
import Contract
import LanguageModels
import Tensors

/// One method at one budget in front of one reader: compressed, checked, asked. Scoring, latency and
/// `generate` all go through it, so that a bad method gets the same line everywhere.
public struct Trial: Sendable {
    public let method: any CompressionMethod
    public let preparation: any Preparation
    public let budget: Budget
    public let seed: UInt64
    public let reader: Reader

    public init(
        _ method: any CompressionMethod, _ preparation: any Preparation, budget: Budget, seed: UInt64 = 0,
        reader: Reader
    ) {
        self.method = method
        self.preparation = preparation
        self.budget = budget
        self.seed = seed
        self.reader = reader
    }

    /// A document as the method sees it before a prompt's question.
    public func context(_ document: Document, for prompt: Prompt) -> Context {
        Context(
            reader.source(document.text, behind: reader.layout(of: prompt).opening), limit: budget,
            seed: seed ^ Self.hash(document.id), question: question(of: prompt))
    }

    /// What the method sees of what is asked.
    func question(of prompt: Prompt) -> String? { method.card.isQueryAware ? prompt.question : nil }

    /// FNV-1a
    private static func hash(_ text: String) -> UInt64 {
        text.utf8.reduce(14_695_981_039_346_656_037) { ($0 ^ UInt64($1)) &* 1_099_511_628_211 }
    }

    /// Compresses contexts; refuses what cannot be used or keeps too much.
    public func keep(_ contexts: [Context], in c: Computation = Computation()) throws -> [KeptContext] {
        try checked(preparation.compress(contexts, in: c), of: contexts)
    }

    /// What was kept of contexts, measured; refused where it cannot be used or is too much.
    public func checked(_ kept: [Kept], of contexts: [Context]) throws -> [KeptContext] {
        guard kept.count == contexts.count else {
            throw ContractError.badCompression(
                method: method.card.id, reason: "\(kept.count) results for \(contexts.count) contexts")
        }
        return try zip(contexts, kept).map { context, kept in
            try KeptContext(
                kept, of: context, budget: method.card.role == .upper ? nil : context.budget,
                method: method.card.id, reader: reader)
        }
    }

    /// What is to be read behind a context.
    /// - Parameter exactly: as many new tokens, whatever ends an output; nil for the item's own limit
    public func request(_ item: Item, context: Int, exactly count: Int? = nil) -> DecodingSession.Request {
        DecodingSession.Request(
            context: context, prompt: reader.layout(of: item.prompt).closing,
            maxNewTokens: count ?? reader.outputLimit(of: item),
            readsBack: item.prompt.purpose == .readBack,
            lineEnds: count == nil ? reader.format.lineEnds(for: item.prompt.purpose) : nil)
    }

    /// Reads contexts and prompts, up to the first token of each answer.
    /// - Parameter stop: tokens that end an output; nil for the reader's own
    public func session(
        _ contexts: [KeptContext], _ requests: [DecodingSession.Request], stop: Set<Int32>? = nil,
        in c: Computation = Computation()
    ) throws -> DecodingSession {
        let session = DecodingSession(
            contexts, requests, model: reader.backbone.model, stop: stop ?? reader.format.stop,
            computation: c)
        guard session.firstLogits.isFinite else {
            throw reader.backbone.model.notFinite(in: reader.backbone.folder)
        }
        return session
    }
}
