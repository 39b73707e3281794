import Budgets
import Contract
import LanguageModels
import Seeding
import Tensors

/// One method at one budget in front of one reader: compressed, checked, asked. Scoring, latency and
/// `generate` all go through it, so that a bad method gets the same line everywhere.
public struct Trial: Sendable {
    public let method: any ConfiguredMethod
    public let preparation: any Preparation
    public let budget: Budget
    public let seed: UInt64
    public let reader: Reader

    public init(
        _ method: any ConfiguredMethod, _ preparation: any Preparation, budget: Budget, seed: UInt64 = 0,
        reader: Reader
    ) {
        self.method = method
        self.preparation = preparation
        self.budget = budget
        self.seed = seed
        self.reader = reader
    }

    /// A document as the method sees it before a prompt's question.
    public func context(_ document: Document, for prompt: Prompt) throws -> Context {
        Context(
            reader.source(document.text, behind: try reader.layout(of: prompt).opening), limit: budget,
            seed: seed ^ document.id.stableHash(), question: question(of: prompt))
    }

    /// What the method sees of what is asked.
    func question(of prompt: Prompt) -> String? { method.card.isQueryAware ? prompt.question : nil }

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
    public func request(
        _ item: Item, context: Int, exactly count: Int? = nil
    ) throws -> DecodingSession.Request {
        DecodingSession.Request(
            context: context, prompt: try reader.layout(of: item.prompt).closing,
            maxNewTokens: count ?? reader.outputLimit(of: item),
            readsBack: item.prompt.purpose == .readBack,
            lineEnds: count == nil ? reader.format.lineEnds(for: item.prompt) : nil)
    }

    /// Reads contexts and prompts, up to the first token of each answer.
    /// - Parameters:
    ///   - stop: tokens that end an output; nil for the reader's own
    ///   - predicting: how many tokens the session will be asked for the prediction of
    public func session(
        _ contexts: [KeptContext], _ requests: [DecodingSession.Request], stop: Set<Int32>? = nil,
        predicting: Int = 0, in c: Computation = Computation()
    ) throws -> DecodingSession {
        let backbone = try reader.backbone
        let session = DecodingSession(
            contexts, requests, model: backbone.model, stop: stop ?? reader.format.stop,
            predicting: predicting, computation: c)
        guard session.firstLogits.isFinite else { throw backbone.model.notFinite(in: backbone.folder) }
        return session
    }

    // MARK: - What fits

    /// How many tokens more than the model reads an example takes; not positive where it fits.
    ///
    /// Hard prompts leave the decoder no more than their budget; everything else reads the whole context
    /// itself, or keeps the positions that it had there.
    public func tokensOver(_ item: Item, behind document: Document) throws -> Int {
        let layout = try reader.layout(of: item.prompt)
        let tokens = reader.source(document.text, behind: layout.opening).tokens.count
        let read = method.tokensRead(of: tokens, keeping: budget.positions(for: tokens))
        guard let limit = reader.contextLimit else { return 0 }
        return layout.prefix.count + read + layout.closing.count + reader.outputLimit(of: item) - limit
    }

    /// A document without some tokens in its middle; nil where it has no more than those.
    public func withoutMiddle(_ document: Document, tokens: Int, for item: Item) throws -> Document? {
        let source = reader.source(document.text, behind: try reader.layout(of: item.prompt).opening)
        // What is left is encoded anew, a few tokens longer at its seam.
        let left = source.tokens.count - tokens - 8
        guard left > 1 else { return nil }
        let bytes = Array(document.text.utf8)
        let head = bytes[..<source.offsets[left / 2].lowerBound]
        let tail = bytes[source.offsets[source.tokens.count - (left - left / 2)].lowerBound...]
        return Document(
            id: document.id,
            text: String(decoding: head, as: UTF8.self) + " … "
                + String(decoding: tail, as: UTF8.self),
            questions: document.questions, summaries: document.summaries, group: document.group,
            subset: document.subset)
    }
}
