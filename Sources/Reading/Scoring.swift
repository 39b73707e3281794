import Contract
import LanguageModels
import Prompting
import Tensors

/// Scores documents with their items by one trial, in packed batches.
public struct Scoring: Sendable {
    public let trial: Trial
    public let task: TaskCard
    /// Context and prompt rows of one packed batch, about.
    public var rowsPerBatch = 6144

    var reader: Reader { trial.reader }

    public init(_ trial: Trial, task: TaskCard) {
        self.trial = trial
        self.task = task
    }

    /// One item with what came out for it.
    public struct Outcome {
        public let item: Item
        /// Whose text was the context.
        public let document: Document
        public let layout: Reader.Layout
        public let output: String
        public let outputTokens: Int
        /// By the metrics' identifiers.
        public let metrics: [String: Double]
        public let contextTokens: Int
        public let kept: KeptContext.Measure
    }

    /// Documents cut into batches that are scored at once.
    ///
    /// A document stays whole, so that its context is compressed once, unless its items alone fill several
    /// batches or its method compresses it for each of them. What is beside it in a batch decides last bits of its
    /// scores: whatever is left, what is scored together is cut where it is for all items.
    public func batches(
        of documents: [DocumentItems], isLeft: (Item) -> Bool = { _ in true }
    ) throws -> [[DocumentItems]] {
        try batches(ofAll: documents).compactMap { batch in
            let left = batch.compactMap { unit -> DocumentItems? in
                let items = unit.items.filter(isLeft)
                return items.isEmpty ? nil : DocumentItems(unit.document, items)
            }
            return left.isEmpty ? nil : left
        }
    }

    private func batches(ofAll documents: [DocumentItems]) throws -> [[DocumentItems]] {
        // A server is asked one by one.
        if reader.server != nil { return documents.flatMap(parts).map { [$0] } }
        let units = documents.flatMap(parts)
        var result: [[DocumentItems]] = []
        var rows = 0
        for unit in units {
            // Batches are filled up to the item that first goes over.
            let context = try trial.context(unit.document, for: unit.items[0].prompt)
            let first = cost(of: unit.items[0]) + context.tokens.count
            if result.isEmpty || rows + first > rowsPerBatch {
                result.append([])
                rows = 0
            }
            result[result.count - 1].append(unit)
            rows += first + unit.items.dropFirst().reduce(0) { $0 + cost(of: $1) }
        }
        return result
    }

    /// A document's items in as many parts as its context is compressed times.
    private func parts(of unit: DocumentItems) -> [DocumentItems] {
        if trial.method.card.isQueryAware { return unit.items.map { DocumentItems(unit.document, [$0]) } }
        // Prompts to a server wait for each other within a part.
        let most = reader.server == nil ? mostRowsOfDocument : 16 * 48
        var parts: [[Item]] = []
        var rows = 0
        for item in unit.items {
            if parts.isEmpty || rows + cost(of: item) > most {
                parts.append([])
                rows = 0
            }
            parts[parts.count - 1].append(item)
            rows += cost(of: item)
        }
        return parts.map { DocumentItems(unit.document, $0) }
    }

    /// Rows of a document's prompts that are in memory at once.
    private var mostRowsOfDocument: Int { 4 * rowsPerBatch }

    /// Rows of a prompt and its answer, about.
    private func cost(of item: Item) -> Int {
        // Read-back runs the document once more.
        guard case .longestReference = item.outputLimit else { return 48 }
        return 48 + (item.references.map(\.utf8.count).max() ?? 0) / 3
    }

    /// Compresses the contexts of a batch and scores what the decoder makes of them.
    public func score(_ batch: [DocumentItems]) throws -> [Outcome] {
        var contexts: [Context] = []
        var asked: [(item: Item, document: Document, request: DecodingSession.Request)] = []
        for unit in batch {
            var places: [PromptKey: Int] = [:]
            for item in unit.items {
                let key = PromptKey(
                    opening: try reader.layout(of: item.prompt).opening,
                    question: trial.question(of: item.prompt))
                let place = places[key] ?? contexts.count
                if place == contexts.count {
                    places[key] = place
                    contexts.append(try trial.context(unit.document, for: item.prompt))
                }
                let request = try trial.request(item, context: place)
                try check(request, behind: contexts[place], of: unit.document)
                asked.append((item, unit.document, request))
            }
        }
        let kept = try trial.keep(contexts)
        let requests = asked.map(\.request)
        let items = asked.map(\.item)
        let gold = targets(of: items)
        let own = try ownAnswers(to: items, requests, behind: contexts)
        let wanted = gold + (own?.targets ?? [])
        let session = try trial.session(
            kept, requests, predicting: wanted.reduce(0) { $0 + $1.target.tokens.count })
        let outputs = session.finish()
        var read = items.map { _ in Read() }
        for (target, found) in zip(gold, session.predictions(of: gold.map(\.target))) {
            if target.isChoice {
                read[target.target.request].options.append(found.prediction)
            } else {
                read[target.target.request].target = found.prediction
            }
        }
        if let own {
            let behindKept = session.predictions(of: own.targets.map(\.target), hasLogits: true)
            for (i, (kept, full)) in zip(behindKept, own.logits).enumerated() {
                read[i].own = kept.prediction
                if let kept = kept.logits, let full { read[i].own?.logits = (kept, full) }
            }
        }
        return try asked.indices.map { i in
            let (item, place) = (items[i], requests[i].context)
            let answer = Answer(
                output: reader.text(of: outputs[i], for: item.prompt), references: item.references,
                choices: item.choices, subset: item.subset, isCutOff: session.isCutOff[i],
                target: read[i].target, options: read[i].options, own: read[i].own)
            return Outcome(
                item: item, document: asked[i].document, layout: try reader.layout(of: item.prompt),
                output: answer.output, outputTokens: outputs[i].count,
                metrics: try scores(of: answer, to: item),
                contextTokens: contexts[place].tokens.count, kept: kept[place].measure)
        }
    }

    func scores(of answer: Answer, to item: Item) throws -> [String: Double] {
        var result: [String: Double] = [:]
        for metric in task.metrics {
            guard let value = metric.score(answer) else { continue }
            guard metric.range.contains(value) else {
                throw ContractError.badScore(
                    metric: metric.id, value: value, item: item.id, low: metric.range.lowerBound,
                    high: metric.range.upperBound)
            }
            result[metric.id] = value
        }
        return result
    }

    /// What makes two items of a document share their compressed context.
    private struct PromptKey: Hashable {
        let opening: PromptFormat.Opening
        let question: String?
    }

    private func check(
        _ request: DecodingSession.Request, behind context: Context, of document: Document
    ) throws {
        let read = trial.method.tokensRead(of: context.tokens.count, keeping: context.budget)
        let tokens = context.prefix.count + read + request.prompt.count + request.maxNewTokens
        if let limit = reader.contextLimit, tokens > limit {
            throw ContractError.contextTooLong(tokens: tokens, limit: limit, document: document.id)
        }
    }

    // MARK: - What metrics look at besides the text

    /// What was predicted for one item.
    private struct Read {
        var target: Prediction?
        var options: [Prediction] = []
        var own: Prediction?
    }

    private struct Target {
        let target: DecodingSession.Target
        var isChoice = false
    }

    /// First references and choices, as far as the task's metrics look at them.
    private func targets(of items: [Item]) -> [Target] {
        func target(_ i: Int, _ text: String, isChoice: Bool) -> Target {
            Target(
                target: .init(request: i, tokens: reader.tokens(ofReference: text, to: items[i].prompt)),
                isChoice: isChoice)
        }
        let needs = task.needs
        return items.indices.flatMap { i in
            (needs.contains(.target)
                ? items[i].references.prefix(1).map { target(i, $0, isChoice: false) } : [])
                + (needs.contains(.options) ? items[i].choices.map { target(i, $0, isChoice: true) } : [])
        }
    }

    /// What the reader answers behind the full contexts, and the scores of all tokens there: [tokens,
    /// vocabulary] an item.
    private func ownAnswers(
        to items: [Item], _ requests: [DecodingSession.Request], behind contexts: [Context]
    ) throws -> (targets: [Target], logits: [Tensor?])? {
        guard task.needs.contains(.ownAnswer) else { return nil }
        let model = try reader.backbone.model
        let full = contexts.map { KeptContext(tokens: $0.tokens, prefix: $0.prefix, for: model) }
        let session = try trial.session(
            full, requests, predicting: requests.reduce(0) { $0 + $1.maxNewTokens })
        let targets = session.finish().enumerated().map {
            Target(target: .init(request: $0.offset, tokens: $0.element))
        }
        return (targets, session.predictions(of: targets.map(\.target), hasLogits: true).map(\.logits))
    }
}
