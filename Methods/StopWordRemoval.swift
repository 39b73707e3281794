import Contract
import HardPrompts

/// Leaves out stop words, then marks, then what stands last: the cheap floor for methods that choose tokens.
///
/// Stop words are those of `StopWords`, an English list of our own. Where the budget has room for all other words,
/// marks (and spaces that are tokens) stay from the front on, and then stop words. A context that is known by its tokens alone has neither.
public struct StopWordRemoval: DirectMethod {
    public static let card = MethodCard(
        id: "stop-words", name: "Stop word removal", family: .hardPrompt,
        summary: "Leaves out stop words, then punctuation, then what stands last.",
        loses: "How the words that stay belong together, then what stands last.")

    public let parameters: NoParameters

    public init(parameters: NoParameters) {
        self.parameters = parameters
    }

    public func compress(_ context: Context) -> Kept {
        let kinds = kinds(of: context)
        return .selection(
            kinds.indices.map { $0..<$0 + 1 }.ranked(by: kinds.map(\.rawValue)).tokens(upTo: context.budget))
    }

    /// What a token stands for, from what goes first to what stays.
    private enum Kind: Int {
        case stopWord, mark, word
    }

    private func kinds(of context: Context) -> [Kind] {
        guard !context.text.isEmpty else { return context.tokens.map { _ in .word } }
        let bytes = Array(context.text.utf8)
        var words = context.units(.word).map(\.bytes)[...]
        return context.offsets.map { token in
            words = words.drop { $0.upperBound <= token.lowerBound }
            let own = words.prefix { $0.lowerBound < token.upperBound }
            if own.isEmpty { return .mark }
            return own.allSatisfy { StopWords.contains(String(decoding: bytes[$0], as: UTF8.self)) }
                ? .stopWord : .word
        }
    }
}
