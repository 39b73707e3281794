import Contract
import Prompting

/// Scoring by a model in another program: a prompt at a time, each with its whole text.
extension Scoring {
    /// Compresses a document's context and scores what the server makes of it.
    /// - Parameters:
    ///   - compute: runs what this machine computes itself, in between of waiting
    ///   - each: given every outcome as soon as it is known
    public func score(
        _ unit: DocumentItems, by server: any ServedModel,
        computing compute: (() throws -> [KeptContext]) throws -> [KeptContext] = { try $0() },
        each: (Outcome) throws -> Void
    ) throws {
        var known: (context: Context, kept: KeptContext)?
        for item in unit.items {
            let layout = try reader.layout(of: item.prompt)
            let context = try trial.context(unit.document, for: item.prompt)
            // Items of a unit share what stands in front and, where it is looked at, the question.
            if known?.context.prefix != context.prefix || known?.context.question != context.question {
                known = (context, try compute { try trial.keep([context]) }[0])
            }
            guard let kept = known?.kept else { continue }
            let text = kept.text(of: context)
            let answered = try server.answer(trial.request(item, around: text, of: server.interface))
            func predictions(_ texts: [String], for need: Metric.Needs) throws -> [Prediction] {
                guard task.needs.contains(need), server.abilities.contains(need) else { return [] }
                let prompt = try reader.format.text(of: item.prompt, around: text)
                return try texts.map {
                    try server.prediction(of: reader.format.answer($0, to: item.prompt).text, behind: prompt)
                }
            }
            let answer = Answer(
                output: reader.text(of: answered.text, for: item.prompt), references: item.references,
                choices: item.choices, subset: item.subset, isCutOff: answered.isCutOff,
                target: try predictions(Array(item.references.prefix(1)), for: .target).first,
                options: try predictions(item.choices, for: .options))
            try each(
                Outcome(
                    item: item, document: unit.document,
                    layout: server.interface == .chat
                        ? layout.written(try reader.content(of: item.prompt, around: "\0", for: .chat))
                        : layout,
                    output: answer.output,
                    outputTokens: answered.tokens ?? reader.tokenizer.encode(answered.text).count,
                    metrics: try scores(of: answer, to: item), contextTokens: context.tokens.count,
                    kept: kept.measure))
        }
    }
}

extension Trial {
    /// What a server is sent for an item.
    /// - Parameters:
    ///   - kept: what it reads in place of the context
    ///   - count: the most new tokens, whatever ends an output; nil for the item's own limit
    public func request(
        _ item: Item, around kept: String, of interface: ServedInterface, atMost count: Int? = nil
    ) throws -> ServedPrompt {
        let endsAtLine =
            count == nil && interface == .completions && reader.format.lineEnds(for: item.prompt) != nil
        return ServedPrompt(
            try reader.content(of: item.prompt, around: kept, for: interface),
            maxNewTokens: count ?? reader.outputLimit(of: item), stop: endsAtLine ? ["\n"] : [])
    }
}

extension Reader {
    /// A prompt as an interface takes it.
    /// - Parameter kept: what is read in place of the context
    public func content(
        of prompt: Prompt, around kept: String, for interface: ServedInterface
    ) throws -> ServedPrompt.Content {
        switch interface {
        case .completions: .text(try format.text(of: prompt, around: kept))
        case .chat: .turns(format.turns(of: prompt, around: kept))
        }
    }
}

extension KeptContext {
    /// The text that is read in place of a context.
    package func text(of context: Context) -> String {
        // What is kept whole is the text itself, however its tokens are written.
        measure.positions == context.tokens.count && !context.text.isEmpty && measure.stretches != nil
            ? context.text : measure.text ?? ""
    }
}

extension Reader.Layout {
    /// The same as a server was sent it in turns.
    /// - Parameter content: with a zero where the context stands
    fileprivate func written(_ content: ServedPrompt.Content) -> Reader.Layout {
        let parts = content.written.split(separator: "\0", maxSplits: 1, omittingEmptySubsequences: false)
        return Reader.Layout(
            opening: opening, closing: closing, before: String(parts[0]),
            after: parts.count == 2 ? String(parts[1]) : "")
    }
}
