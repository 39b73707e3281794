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

    private var reader: Reader { trial.reader }
    private var backbone: Backbone { trial.reader.backbone }

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
    /// batches or its method compresses it for each of them.
    public func batches(of documents: [DocumentItems]) -> [[DocumentItems]] {
        let units = documents.flatMap(parts)
        var result: [[DocumentItems]] = []
        var rows = 0
        for unit in units {
            // Batches are filled up to the item that first goes over.
            let first =
                cost(of: unit.items[0]) + trial.context(unit.document, for: unit.items[0].prompt).tokens.count
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
        var parts: [[Item]] = []
        var rows = 0
        for item in unit.items {
            if parts.isEmpty || rows + cost(of: item) > mostRowsOfDocument {
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
                    opening: reader.layout(of: item.prompt).opening, question: trial.question(of: item.prompt)
                )
                let place = places[key] ?? contexts.count
                if place == contexts.count {
                    places[key] = place
                    contexts.append(trial.context(unit.document, for: item.prompt))
                }
                let request = trial.request(item, context: place)
                try check(request, behind: contexts[place], of: unit.document)
                asked.append((item, unit.document, request))
            }
        }
        let kept = try trial.keep(contexts)
        let requests = asked.map(\.request)
        let session = try trial.session(kept, requests)
        let outputs = session.finish()
        let read = predictions(asked.map(\.item), requests, kept, contexts)
        return try asked.indices.map { i in
            let (item, place) = (asked[i].item, requests[i].context)
            let answer = Answer(
                output: reader.text(of: outputs[i], for: item.prompt), references: item.references,
                choices: item.choices, isCutOff: session.isCutOff[i], target: read.targets[i],
                options: read.options[i])
            return Outcome(
                item: item, document: asked[i].document, layout: reader.layout(of: item.prompt),
                output: answer.output, outputTokens: outputs[i].count,
                metrics: try scores(of: answer, to: item),
                contextTokens: contexts[place].tokens.count, kept: kept[place].measure)
        }
    }

    private func scores(of answer: Answer, to item: Item) throws -> [String: Double] {
        var result: [String: Double] = [:]
        for metric in task.metrics {
            let value = metric.score(answer)
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
        let tokens =
            context.prefix.count + context.tokens.count + request.prompt.count + request.maxNewTokens
        let limit = backbone.model.configuration.contextLimit
        guard tokens <= limit else {
            throw ContractError.contextTooLong(tokens: tokens, limit: limit, document: document.id)
        }
    }

    // MARK: - What metrics look at besides the text

    private func predictions(
        _ items: [Item], _ requests: [DecodingSession.Request], _ kept: [KeptContext], _ contexts: [Context]
    ) -> (targets: [Prediction?], options: [[Prediction]]) {
        var targets = [Prediction?](repeating: nil, count: items.count)
        var options = [[Prediction]](repeating: [], count: items.count)
        if task.needs.contains(.target) {
            let wanted = items.map { reader.tokens(ofReference: $0.references.first ?? "") }
            let hasLogits = task.needs.contains(.distributions)
            func read(_ contexts: [KeptContext]) -> [(prediction: Prediction, logits: Tensor?)] {
                DecodingSession.predictions(
                    contexts, requests, targets: wanted, model: backbone.model, hasLogits: hasLogits)
            }
            let behindKept = read(kept)
            let behindFull =
                hasLogits
                ? read(
                    contexts.map { KeptContext(tokens: $0.tokens, prefix: $0.prefix, for: backbone.model) })
                : []
            for (i, found) in behindKept.enumerated() {
                targets[i] = found.prediction
                if let logits = found.logits, let full = behindFull[i].logits {
                    targets[i]?.logits = (logits, full)
                }
            }
        }
        if task.needs.contains(.options) {
            let pairs = items.indices.flatMap { i in
                items[i].choices.map { (i, reader.tokens(ofReference: $0)) }
            }
            let found = DecodingSession.predictions(
                kept, pairs.map { requests[$0.0] }, targets: pairs.map(\.1), model: backbone.model)
            for (pair, read) in zip(pairs, found) { options[pair.0].append(read.prediction) }
        }
        return (targets, options)
    }
}
