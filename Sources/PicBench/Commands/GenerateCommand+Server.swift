import Budgets
import Contract
import Files
import Foundation
import Reading

extension GenerateCommand {
    private struct ServedResult: Encodable {
        let contextTokens: Int
        let keptPositions: Int
        /// As the server counts them; nil where it does not say.
        let outputTokens: Int?
        let text: String
        let timings: Timings

        /// The network's time is in those of the server.
        struct Timings: Encodable {
            let compressSeconds, firstTokenSeconds, totalSeconds: Double
        }
    }

    /// The same of a model in another program.
    func ask(
        _ server: any ServedModel, by reader: Reader, _ method: any ConfiguredMethod, _ budget: Budget
    ) throws {
        guard promptTokens == nil, !logits else {
            throw UsageError("--prompt-tokens and --logits take a model's own files, and no server")
        }
        let asked = try question.map(self.asked)
        let text = try context.map { try RegularFile.text(of: $0.url) } ?? ""
        func content(around kept: String) throws -> ServedPrompt.Content {
            guard let asked else {
                return server.interface == .chat
                    ? .turns([.init(role: .user, content: kept + (prompt ?? ""))])
                    : .text(kept + (prompt ?? ""))
            }
            return try reader.content(of: asked, around: kept, for: server.interface)
        }
        if showPrompt {
            return try Output.text(content(around: "{context}").written + "\n")
        }
        let opening = try reader.layout(of: asked ?? Contract.Prompt(purpose: .continuation)).opening
        let long = Context(
            reader.source(text, behind: opening), limit: budget,
            question: method.card.isQueryAware ? question ?? prompt : nil)
        let clock = ContinuousClock()
        let begin = clock.now
        let preparation = try method.preparation(
            for: Demand(budget, contexts: [long.tokens.count]),
            from: Resources(reader.decoder, scorer: scorer.open()))
        defer { preparation.close() }
        try preparation.open()
        let kept = try Trial(method, preparation, budget: budget, reader: reader).keep([long])[0]
        let compressed = clock.now
        let answer = try server.answer(
            ServedPrompt(try content(around: kept.text(of: long)), maxNewTokens: maxNewTokens))
        let output = asked.map { reader.text(of: answer.text, for: $0) } ?? answer.text
        guard json else { return try Output.text(output + "\n") }
        try Output.json(
            ServedResult(
                contextTokens: long.tokens.count, keptPositions: kept.measure.positions,
                outputTokens: answer.tokens, text: output,
                timings: .init(
                    compressSeconds: begin.duration(to: compressed) / .seconds(1),
                    firstTokenSeconds: answer.secondsToFirst, totalSeconds: answer.seconds)),
            pretty: false)
    }
}
