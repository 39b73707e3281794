import Tokenizers

/// The tokens of a vocabulary whose text holds a line end.
public struct LineEnds: Sendable, Equatable {
    /// Those with nothing in front of it, such as `\n\n`.
    public let bare: Set<Int32>
    /// Those that end a line with text of it, such as `.\n`.
    public let behindText: Set<Int32>

    init(of tokenizer: Tokenizer) {
        var (bare, behindText): (Set<Int32>, Set<Int32>) = ([], [])
        for (id, text) in tokenizer.tokensWithLineEnds {
            if text.first?.isNewline == true { bare.insert(id) } else { behindText.insert(id) }
        }
        self.bare = bare
        self.behindText = behindText
    }

    /// A text up to its first line end.
    public static func firstLine(of text: String) -> String {
        String(text.prefix { !$0.isNewline })
    }
}
