import ArgumentParser
import Budgets
import Contract
import Files
import Foundation
import LanguageModels
import Prompting
import Reading
import Tasks
import Tensors

struct GenerateCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "generate", abstract: "Lets a model go on from a prompt, greedily.",
        discussion: """
            With --context and --method, the file is compressed and the model reads what is
            kept of it in place of the text.

                picbench generate --prompt "Anna Berg works" --max-new-tokens 8
                picbench generate --context story.txt --method pic --ratio 16 \\
                    --question "Where does Anna Berg work?"

            --show-prompt answers how a prompt looks, with special tokens and the context's place:

                picbench generate --model path/to/folder --question "Where?" --show-prompt \\
                    --shots 3 --shots-from squad=dev-v1.1.json
            """)

    @Option(help: "The text to go on from; special tokens may be written out.")
    var prompt: String?

    @Option(help: "Token ids to go on from, with commas, exactly as given.")
    var promptTokens: String?

    @Option(help: "A question, asked as the tasks ask it.")
    var question: String?

    @Option(help: "A text file that goes before the prompt.")
    var context: PathArgument?

    @Option(help: "How the context is compressed; by default it is not.")
    var method: String?

    @Option(help: "The compression ratio.")
    var ratio: String?

    @OptionGroup var asking: AskingOptions

    @Option(help: "The most tokens to generate.")
    var maxNewTokens = 32

    @Flag(help: "Includes the logits of the prompt's last position.")
    var logits = false

    @Flag(help: "Prints the prompt in place of an answer to it; the context's place is marked.")
    var showPrompt = false

    @Flag(help: "Prints JSON.")
    var json = false

    @OptionGroup var model: ModelOptions
    @OptionGroup var server: ServerOptions
    @OptionGroup var scorer: ScorerOptions
    @OptionGroup var machine: MachineOptions

    private struct Result: Encodable {
        let promptTokens: [Int32]
        let contextTokens: Int
        let keptPositions: Int
        let tokens: [Int32]
        /// Nil where the model has no tokenizer.
        let text: String?
        let timings: Timings
        var logits: [Float]?

        struct Timings: Encodable {
            let compressSeconds, prefillSeconds, decodeSeconds: Double
        }
    }

    func run() throws {
        guard [prompt, promptTokens, question].count(where: { $0 != nil }) == 1 else {
            throw UsageError("give exactly one of --prompt, --prompt-tokens and --question")
        }
        try UsageError.require("--max-new-tokens", maxNewTokens, 1...10_000_000)
        let method = try Catalogue.current.method(describedBy: self.method ?? "none")
        let isReference = method.card.role != nil
        guard context != nil || self.method == nil && self.ratio == nil else {
            throw UsageError("--method and --ratio compress a context; name its file with --context")
        }
        guard isReference == (self.ratio == nil) else {
            throw UsageError(
                isReference
                    ? "--ratio needs a --method that compresses, such as pic"
                    : "--method needs a --ratio, such as 4")
        }
        let budget = Budget.ratio(try self.ratio.flatMap { try Ratio.list($0).first } ?? .one)
        try machine.apply()
        if let promptTokens, context == nil, !showPrompt { return try goOn(from: promptTokens) }
        let reader = try model.open(server: server)
        if let server = reader.server { return try ask(server, by: reader, method, budget) }
        let backbone = try reader.backbone
        let asked = try question.map(self.asked)
        let (tokens, prefix) = try prompt(for: reader, asked)
        guard !tokens.isEmpty else { throw UsageError("the prompt is empty; give at least one token") }
        let source = try context.map { path in
            let text = try RegularFile.text(of: path.url)
            guard !text.allSatisfy(\.isWhitespace) else { throw UsageError("the context \(path) is empty") }
            // From its size alone, before anybody cuts it into tokens.
            let most = backbone.model.configuration.contextLimit
            guard
                method.card.role == nil && method.card.family == .hardPrompt
                    || text.utf8.count / 8 <= most * backbone.tokenizer.longestToken
            else {
                throw UsageError(
                    "the context \(path) has \(text.utf8.count) bytes, far more than the \(most) tokens that the model reads"
                )
            }
            return try asked.map { reader.source(text, behind: try reader.layout(of: $0).opening) }
                ?? SourceText(text, prefix: prefix, tokenizer: backbone.tokenizer)
        }
        if showPrompt {
            return try show(prefix: prefix, context: source?.tokens, suffix: tokens, of: reader)
        }
        let long = Context(
            source ?? SourceText(tokens: [], prefix: prefix), limit: budget,
            question: method.card.isQueryAware ? question ?? prompt : nil)
        let read = method.tokensRead(of: long.tokens.count, keeping: long.budget)
        try requireRoom(for: prefix.count + read + tokens.count, of: backbone.model)
        let clock = ContinuousClock()
        let begin = clock.now
        let demand = Demand(budget, contexts: [long.tokens.count])
        let preparation = try method.preparation(
            for: demand, from: Resources(backbone, scorer: scorer.open()))
        defer { preparation.close() }
        try preparation.open()
        let trial = Trial(method, preparation, budget: budget, reader: reader)
        let kept = try trial.keep([long])
        let compressed = clock.now
        let request = DecodingSession.Request(
            context: 0, prompt: tokens, maxNewTokens: maxNewTokens,
            lineEnds: asked.flatMap { reader.format.lineEnds(for: $0) })
        let session = try trial.session(kept, [request], stop: try stop(of: reader))
        let prefilled = clock.now
        let output = session.finish()[0]
        let done = clock.now

        let result = Result(
            promptTokens: prefix + tokens, contextTokens: long.tokens.count,
            keptPositions: kept[0].measure.positions, tokens: output,
            text: asked.map { reader.text(of: output, for: $0) } ?? backbone.tokenizer.decode(output),
            timings: .init(
                compressSeconds: begin.duration(to: compressed) / .seconds(1),
                prefillSeconds: compressed.duration(to: prefilled) / .seconds(1),
                decodeSeconds: prefilled.duration(to: done) / .seconds(1)),
            logits: logits ? Array(session.firstLogits.values) : nil)
        try show(result)
    }

    /// Goes on from token ids, which takes no tokenizer: without one, ids come out.
    private func goOn(from ids: String) throws {
        let (decoder, tokenizer) = try model.openDecoder()
        let prompt = try tokens(ids, of: decoder)
        guard !prompt.isEmpty else { throw UsageError("the prompt is empty; give at least one token") }
        try requireRoom(for: prompt.count, of: decoder)
        let clock = ContinuousClock()
        let begin = clock.now
        let session = DecodingSession(
            [KeptContext(tokens: [], for: decoder)],
            [.init(context: 0, prompt: prompt, maxNewTokens: maxNewTokens)], model: decoder,
            stop: Set(decoder.configuration.eosIDs))
        guard session.firstLogits.isFinite else {
            throw decoder.notFinite(in: URL(fileURLWithPath: model.model))
        }
        let prefilled = clock.now
        let output = session.finish()[0]
        try show(
            Result(
                promptTokens: prompt, contextTokens: 0, keptPositions: 0, tokens: output,
                text: tokenizer?.decode(output),
                timings: .init(
                    compressSeconds: 0, prefillSeconds: begin.duration(to: prefilled) / .seconds(1),
                    decodeSeconds: prefilled.duration(to: clock.now) / .seconds(1)),
                logits: logits ? session.firstLogits.values : nil))
    }

    private func requireRoom(for length: Int, of model: LanguageModel) throws {
        let limit = model.configuration.contextLimit
        guard maxNewTokens <= limit, length + maxNewTokens <= limit else {
            throw UsageError(
                "the context and the prompt make \(length) tokens; with --max-new-tokens \(maxNewTokens) that is "
                    + "more than the \(limit) that the model reads")
        }
    }

    private func show(_ result: Result) throws {
        if json {
            try Output.json(result, pretty: false)
        } else {
            try Output.text((result.text ?? result.tokens.map { "\($0)" }.joined(separator: ",")) + "\n")
            if let logits = result.logits {
                try Output.text(logits.map { "\($0)" }.joined(separator: " ") + "\n")
            }
        }
    }

    private struct Prompt: Encodable {
        /// A family of templates, or "own" for one that is of none.
        let chatTemplate: String?
        /// With `{context}` where the context goes, between the ids of prefix and suffix.
        let text: String
        let prefix, suffix, stop: [Int32]
        /// Of the context's own text; nil where none is named.
        let context: [Int32]?
    }

    private func show(
        prefix: [Int32], context: [Int32]?, suffix: [Int32], of reader: Reader
    ) throws {
        func text(_ ids: [Int32]) -> String { reader.tokenizer.decode(ids, specialTokens: true) }
        let prompt = Prompt(
            chatTemplate: reader.format.chatTemplate.map { $0.family?.rawValue ?? "own" },
            text: text(prefix) + "{context}" + text(suffix), prefix: prefix, suffix: suffix,
            stop: try stop(of: reader).sorted(), context: context)
        if json { try Output.json(prompt, pretty: false) } else { try Output.text(prompt.text + "\n") }
    }

    private func stop(of reader: Reader) throws -> Set<Int32> {
        question == nil ? Set(try reader.backbone.model.configuration.eosIDs) : reader.format.stop
    }

    /// The question as the task of questions asks it, with worked examples and words of the user's own.
    func asked(_ question: String) throws -> Contract.Prompt {
        let task = QuestionAnswering()
        let document = Document(
            id: "", text: "-", questions: [Question(id: "", text: question, answers: ["-"])])
        let catalogue = Catalogue.current
        guard asking.shots == 0 || asking.shotsFrom != nil else {
            throw UsageError("--shots needs data for the worked examples; name it with --shots-from")
        }
        return try asking.asking(tasks: [QuestionAnswering.card.id], catalogue: catalogue)
            .asked(task.items(of: document, in: Dataset(id: "", documents: [document]))[0], by: task).prompt
    }

    /// The prompt, and what goes before the context.
    private func prompt(
        for reader: Reader, _ asked: Contract.Prompt?
    ) throws -> ([Int32], prefix: [Int32]) {
        let (backbone, format) = (try reader.backbone, reader.format)
        if let asked {
            let layout = try reader.layout(of: asked)
            return (layout.closing, layout.prefix)
        }
        if let prompt { return (backbone.tokenizer.encode(prompt), format.textPrefix) }
        return (
            try tokens(promptTokens ?? "", of: backbone.model), context == nil ? [] : format.textPrefix
        )
    }

    private func tokens(_ ids: String, of model: LanguageModel) throws -> [Int32] {
        let vocabulary = model.configuration.vocabularySize
        return try ids.split(separator: ",").map { part in
            guard let id = Int32(part.trimmingCharacters(in: .whitespaces)), id >= 0, id < vocabulary else {
                throw UsageError("'\(part)' is not a token id of this model; ids are 0 to \(vocabulary - 1)")
            }
            return id
        }
    }
}
