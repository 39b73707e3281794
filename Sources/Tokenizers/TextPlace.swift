/// What stands before a text, for tokenizers that put a space in front of some.
public enum TextPlace: Sendable {
    /// Nothing.
    case start
    /// A token that is not part of the text.
    case behindToken
    /// The text that this one goes on from: it gets no space.
    case behindText
}
