/// What a child says on standard error: shown line by line as far as it can be read by somebody, its end kept for the
/// case that it ends badly.
struct LastWords {
    /// Told of each line, without characters that would move a terminal's cursor.
    let log: @Sendable (String) -> Void
    private var line: [UInt8] = []
    private var last: [String] = []
    private var shown = 0

    /// Bytes of a line, and of all that is shown.
    private static let (longestLine, mostShown) = (4096, 1 << 14)
    /// Lines and characters that are kept.
    private static let (mostLines, mostCharacters) = (4, 320)

    init(log: @escaping @Sendable (String) -> Void) { self.log = log }

    mutating func append(_ bytes: some Sequence<UInt8>) {
        for byte in bytes {
            if byte != UInt8(ascii: "\n") { line.append(byte) }
            if byte == UInt8(ascii: "\n") || line.count >= Self.longestLine { finishLine() }
        }
    }

    /// Takes what has no line's end yet for a line.
    mutating func finishLine() {
        let text = String.printable(line)
        let bytes = line.count
        line = []
        guard !text.allSatisfy(\.isWhitespace) else { return }
        last = last.suffix(Self.mostLines - 1) + [String(text.suffix(Self.mostCharacters))]
        guard shown <= Self.mostShown else { return }
        shown += bytes
        log(shown <= Self.mostShown ? text : "… (what follows is not shown)")
    }

    /// The last lines, in one.
    var text: String { String(last.joined(separator: " / ").suffix(Self.mostCharacters)) }
}

extension String {
    /// Bytes as a line for people: whatever is no UTF-8 or no visible character is a question mark or a space.
    static func printable(_ bytes: some Collection<UInt8>) -> String {
        let text = String(decoding: bytes, as: UTF8.self)
        return String(
            text.unicodeScalars.map { scalar -> Character in
                switch scalar.properties.generalCategory {
                case .control, .format, .lineSeparator, .paragraphSeparator:
                    scalar.properties.isWhitespace ? " " : "?"
                case _: Character(scalar)
                }
            })
    }
}
