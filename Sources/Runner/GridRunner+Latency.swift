import Bench
import Results

extension GridRunner {
    /// One prompt at a time, its context compressed anew, after one that is not counted.
    func measureLatency(of cell: PlannedCell, _ tools: Tools) throws -> [LatencyRecord] {
        let scorer = Scorer(backbone: backbone, task: cell.task.card, texts: texts)
        var documents: Set<String> = []
        let examples = cell.examples.filter { documents.insert($0.documentID).inserted }.prefix(
            latencySamples)
        guard let first = examples.first else { return [] }
        var records: [LatencyRecord] = []
        for example in [first] + examples {
            let context = scorer.context(of: example, ratio: cell.ratio, seed: cell.seed)
            let clock = ContinuousClock()
            var compressed = CompressedContext.tokens([])
            let compressing = try clock.measure {
                compressed = try cell.method.compress(context, with: tools)
            }
            let kept = try scorer.inspect(
                compressed, of: context, budgetApplies: cell.card.role != .upper, method: cell.card.id)
            // The same number of tokens for everyone, stop tokens ignored.
            let request = DecodingSession.Request(
                context: 0, prompt: texts.tokens(ofPrompt: example.instruction),
                maxNewTokens: Self.decodedTokens + 1, readsBack: cell.task.card.readsBack)
            let begin = clock.now
            let session = DecodingSession(
                [compressed], [request], model: backbone.model, prefix: backbone.format.prefix, stop: [])
            let prefilled = clock.now
            let outputs = session.finish()
            let decoded = clock.now
            records.append(
                LatencyRecord(
                    exampleID: example.id, contextTokens: context.tokens.count, keptPositions: kept.positions,
                    keptBytes: kept.bytes, compressSeconds: compressing / .seconds(1),
                    prefillSeconds: begin.duration(to: prefilled) / .seconds(1),
                    decodeSecondsPerToken: prefilled.duration(to: decoded) / .seconds(Self.decodedTokens),
                    outputTokens: outputs[0].count))
        }
        return Array(records.dropFirst())
    }

    private static var decodedTokens: Int { 16 }
}
