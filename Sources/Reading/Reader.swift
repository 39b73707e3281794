import Contract
import Foundation
import LanguageModels
import Prompting
import Synchronization
import Tokenizers

/// The model as every method is read by: what it is asked with, and the tokens of texts, each encoded
/// once however many cells of a grid ask for it. From any thread.
public final class Reader: Sendable {
    private let engine: Engine
    public let format: PromptFormat
    private let sources = Mutex<[SourceKey: SourceText]>([:])
    private let layouts = Mutex<[Prompt: Layout]>([:])
    private let references = Mutex<[Reference: [Int32]]>([:])

    private enum Engine: Sendable {
        case local(Backbone)
        case served(any ServedModel)
    }

    private struct SourceKey: Hashable {
        let text: String
        let opening: PromptFormat.Opening
    }

    private struct Reference: Hashable {
        let text: String
        let isBehindText: Bool
    }

    /// The tokens around a context.
    public struct Layout: Sendable {
        public let opening: PromptFormat.Opening
        /// Behind the context, up to where the answer begins.
        public let closing: [Int32]
        /// Both as text, special tokens included.
        public let before, after: String

        public var prefix: [Int32] { opening.prefix }
    }

    public init(_ backbone: Backbone, format: PromptFormat) {
        engine = .local(backbone)
        self.format = format
    }

    /// A model that answers in another program.
    /// - Parameter format: how its prompts are put into words; where the server does that, how they are counted
    public init(_ model: any ServedModel, format: PromptFormat) {
        engine = .served(model)
        self.format = format
    }

    /// Prompted as the model's folder asks for.
    public convenience init(_ backbone: Backbone) throws {
        self.init(backbone, format: try PromptFormat(backbone))
    }

    // MARK: - The model

    /// Nil where it answers in another program.
    public var localBackbone: Backbone? {
        if case .local(let backbone) = engine { backbone } else { nil }
    }

    /// The model that answers in another program; nil for one of this process.
    public var server: (any ServedModel)? {
        if case .served(let model) = engine { model } else { nil }
    }

    /// - Throws: ``ContractError`` where it answers in another program
    public var backbone: Backbone { get throws { try decoder.backbone } }

    /// As methods may know it.
    public var decoder: DecoderModel {
        switch engine {
        case .local(let backbone): .opened(backbone)
        case .served(let model):
            .served(name: model.name, contentHash: model.contentHash, tokenizer: model.tokenizer)
        }
    }

    /// The tokens that budgets are counted in.
    public var tokenizer: Tokenizer { decoder.tokenizer }

    /// The most tokens that it reads and writes together; nil where a server does not say.
    public var contextLimit: Int? {
        switch engine {
        case .local(let backbone): backbone.model.configuration.contextLimit
        case .served(let model): model.contextLimit
        }
    }

    // MARK: - Prompts

    /// - Throws: where the model's chat template refuses the prompt
    public func layout(of prompt: Prompt) throws -> Layout {
        if let known = layouts.withLock({ $0[prompt] }) { return known }
        let opening = try format.opening(of: prompt)
        let closing = try format.closing(of: prompt)
        func text(_ ids: [Int32]) -> String { tokenizer.decode(ids, specialTokens: true) }
        let made = Layout(
            opening: opening, closing: closing, before: text(opening.prefix), after: text(closing))
        layouts.withLock { Self.keep(made, of: prompt, in: &$0) }
        return made
    }

    /// Prompts are many more than documents: beyond some they are encoded again rather than kept.
    private static func keep<Key: Hashable, Value>(_ value: Value, of key: Key, in known: inout [Key: Value])
    {
        if known.count >= 1 << 14 { known.removeAll(keepingCapacity: true) }
        known[key] = value
    }

    /// A document's text where it stands in a prompt.
    public func source(_ text: String, behind opening: PromptFormat.Opening) -> SourceText {
        let key = SourceKey(text: text, opening: opening)
        if let known = sources.withLock({ $0[key] }) { return known }
        let made = format.context(text, behind: opening)
        sources.withLock { $0[key] = made }
        return made
    }

    /// The tokens of what is to be predicted behind a prompt.
    public func tokens(ofReference text: String, to prompt: Prompt) -> [Int32] {
        let (written, place) = format.answer(text, to: prompt)
        let key = Reference(text: written, isBehindText: place == .behindText)
        if let known = references.withLock({ $0[key] }) { return known }
        let made = tokenizer.encode(written, at: place, specialTokens: .text)
        references.withLock { Self.keep(made, of: key, in: &$0) }
        return made
    }

    /// How many tokens an item's output may have.
    public func outputLimit(of item: Item) -> Int {
        switch item.outputLimit {
        case .tokens(let count): count
        case .atLeast(let count): max(count, longestReference(of: item) + 8)
        case .longestReference(let slack): longestReference(of: item) + slack
        }
    }

    /// How many tokens an item's output has, about: those of its longest reference and an end.
    public func outputExpected(of item: Item) -> Int {
        guard !item.references.isEmpty else { return outputLimit(of: item) }
        return min(outputLimit(of: item), longestReference(of: item) + 1)
    }

    private func longestReference(of item: Item) -> Int {
        item.references.map { tokens(ofReference: $0, to: item.prompt).count }.max() ?? 0
    }

    /// What was put out for a prompt, as text: without white space around it, and where a line is the
    /// answer its first line; all of it, such as the indentation of code, for what is asked word for word.
    public func text(of output: [Int32], for prompt: Prompt) -> String {
        text(of: tokenizer.decode(output), for: prompt)
    }

    /// The same of what was put out as text.
    public func text(of whole: String, for prompt: Prompt) -> String {
        guard prompt.form == .paragraphs else { return whole }
        let text = whole.trimmingCharacters(in: .whitespacesAndNewlines)
        return format.lineEnds(for: prompt) == nil ? text : LineEnds.firstLine(of: text)
    }
}
