/// Where the words and sentences of a text are, as byte offsets in its UTF-8.
///
/// Both follow Unicode Standard Annex #29 with the tables of Unicode 16 (scalars added later: as Swift's
/// Unicode properties say). Time is linear in the text's length, whatever the text is.
public enum Segmentation {
    /// The words of a text in order: the parts that hold a letter, digit, ideograph or the like.
    ///
    /// These are the default rules of UAX #29, without a dictionary:
    /// - a run of letters, digits and `_` is one word, with the marks on them: `naïve`, `x86_64`, `안녕하세요`;
    /// - so is one with `'`, `’`, `.`, `:` or `·` between two letters, or `.`, `,`, `;` or `'` between two digits:
    ///   `don't`, `e.g`, `example.org`, `3.14`, `1,000.50`. The hyphen separates;
    /// - a run of Katakana is one word, each Chinese character and each Hiragana one of its own; so is each
    ///   letter, with its marks, of Thai, Lao, Khmer and Burmese.
    public static func words(in text: String) -> [Range<Int>] {
        var words: [Range<Int>] = []
        var finder = WordFinder(text)
        while let part = finder.next() {
            if part.kind == .word { words.append(part.range) }
        }
        return words
    }

    /// All that UAX #29's word boundaries separate, but white space: the words, and each mark or emoji
    /// between them.
    public static func parts(in text: String) -> [TextSegment] {
        var parts: [TextSegment] = []
        var finder = WordFinder(text)
        while let part = finder.next() { parts.append(part) }
        return parts
    }

    /// The sentences of a text in order. Each includes the white space behind it, the first also that before
    /// it: together they are the text.
    ///
    /// The base is UAX #29: a sentence ends with `.`, `!`, `?`, `。`, `।`, `؟` or another mark with the
    /// property Sentence_Terminal, the closing quotation marks and brackets behind it, and white space. A full
    /// stop before a small letter, a comma or a dash ends nothing. What is ours:
    /// - **Abbreviations.** The full stop of a word listed in Abbreviations.swift is suppressed, in the manner
    ///   of CLDR's segmentation suppressions: always (`Mr.`, `e.g.`), before a number (`No. 5`, `Fig. 3`), or
    ///   unless a word follows that commonly begins sentences (`Inc.`, `U.S.`, `a.m.`, and initials:
    ///   `J. R. R. Tolkien`, but `Plan B. Then`). The lists are English, for all texts.
    /// - **Small letters** behind `!`, `?` and `…` go on with the sentence too: `“Stop!” he said.`
    /// - **Numbers** begin sentences: `In 1999. 20 people` are two.
    /// - **No white space, no end:** `.`, `…`, `!` and `?` inside of addresses, file names and versions. Before
    ///   a letter without case (`真的?是的`), `!` and `?` end a sentence all the same. Full stops of scripts
    ///   without capitals or spaces end it always.
    /// - **Omissions.** `...` and `…` are full stops. Three with spaces, ` . . .`, and `[...]` are not, four are.
    /// - **References** such as `[12]`, `[citation needed]`, `:33` or `²` right behind a full stop belong to its
    ///   sentence, and so do Markdown's `*` and `_`; opening brackets belong to the next.
    /// - **Numbering.** A number, a letter or a Roman numeral that begins a sentence is not all of it: `1. First`,
    ///   `2.3. Results`, `IV. The Return`.
    /// - **Lines.** A blank line (or U+2029) ends a sentence, a single line break does not, except: before a
    ///   list item or a Markdown heading (`- `, `* `, `• `, `1. `, `2) `, `(a) `, `## `); behind a Markdown
    ///   heading; and behind what reads as a heading or an entry: a line that begins a sentence, has at most 60
    ///   bytes, ends in a letter, digit, colon or closing bracket, and is not followed by a small letter.
    /// - **Bullets** (`•`, `‣`, `⁃`) behind a space begin a sentence.
    ///
    /// Numbered items within a line (`1. One 2. Two`) are not told from numbers that end sentences.
    public static func sentences(in text: String) -> [Range<Int>] {
        var finder = SentenceFinder(text)
        var start = 0
        return finder.ends().map { end in
            defer { start = end }
            return start..<end
        }
    }
}
