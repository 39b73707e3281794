/// A token that is looked for in the text itself, before it is cut into words.
struct AddedToken {
    let content: String
    let id: Int32
    /// Whether decoding leaves it out.
    var isSpecial = false
    /// Whether it is none where a character of a word is beside it.
    var isSingleWord = false
    /// Whether it takes the white space in front of it, and behind it.
    var stripsLeft = false
    var stripsRight = false
    /// Whether it is looked for behind the normalizer.
    var isNormalized = true

    init(content: String, id: Int32, isSpecial: Bool, isNormalized: Bool) {
        self.content = content
        self.id = id
        self.isSpecial = isSpecial
        self.isNormalized = isNormalized
    }

    /// Reads an entry of `added_tokens`, or of `added_tokens_decoder` where the id is its key.
    init(_ part: TokenizerFile, id: Int? = nil) throws {
        content = try part.text("content")
        let id = try id ?? part.integer("id")
        guard !content.isEmpty, 0..<Tokenizer.idLimit ~= id else {
            throw part.malformed("\(part.path) is '\(content)' with the id \(id)")
        }
        self.id = Int32(id)
        isSpecial = try part.flag("special", default: false)
        isSingleWord = try part.flag("single_word", default: false)
        stripsLeft = try part.flag("lstrip", default: false)
        stripsRight = try part.flag("rstrip", default: false)
        isNormalized = try part.flag("normalized", default: !isSpecial)
    }
}

/// Finds added tokens in a text: at each place the longest one.
struct AddedTokenMatcher {
    /// A part of a text: a token with the white space that it takes, or what is between.
    enum Part {
        case token(Int32, Range<Int>)
        case text(Range<Int>)
    }

    private let tokens: [AddedToken]
    /// Nodes behind a node and a character; 0 is the root.
    private var edges: [Edge: Int] = [:]
    /// The token that ends at each node.
    private var endings: [Int?] = [nil]
    private var asciiStarts = [Bool](repeating: false, count: 128)
    private var hasOtherStarts = false

    private struct Edge: Hashable {
        let node: Int
        let scalar: Unicode.Scalar
    }

    /// - Parameter patterns: what to look for, one a token; not empty
    init(_ tokens: [AddedToken], patterns: [[Unicode.Scalar]]) {
        self.tokens = tokens
        for (index, pattern) in patterns.enumerated() {
            if let first = pattern.first {
                if first.isASCII { asciiStarts[Int(first.value)] = true } else { hasOtherStarts = true }
            }
            var node = 0
            for scalar in pattern {
                let edge = Edge(node: node, scalar: scalar)
                if edges[edge] == nil {
                    edges[edge] = endings.count
                    endings.append(nil)
                }
                node = edges[edge, default: 0]
            }
            // The first of equal patterns counts.
            endings[node] = endings[node] ?? index
        }
    }

    func parts(of text: [Unicode.Scalar]) -> [Part] {
        guard !tokens.isEmpty else { return text.isEmpty ? [] : [.text(text.indices)] }
        var result: [Part] = []
        var begin = 0
        var i = 0
        while i < text.count {
            guard let match = match(in: text, at: i) else {
                i += 1
                continue
            }
            var (start, stop) = (i, match.end)
            i = stop
            let token = tokens[match.token]
            if token.isSingleWord {
                if start > 0, text[start - 1].isWordCharacter { continue }
                if stop < text.count, text[stop].isWordCharacter { continue }
            }
            if token.stripsLeft {
                while start > begin, text[start - 1].properties.isWhitespace { start -= 1 }
            }
            if token.stripsRight {
                while stop < text.count, text[stop].properties.isWhitespace { stop += 1 }
            }
            if begin < start { result.append(.text(begin..<start)) }
            result.append(.token(token.id, start..<stop))
            begin = stop
        }
        if begin < text.count { result.append(.text(begin..<text.count)) }
        return result
    }

    /// Where a token is written out, whatever others stand over it.
    func matches(in text: [Unicode.Scalar]) -> [(start: Int, id: Int32)] {
        guard !tokens.isEmpty else { return [] }
        var found: [(start: Int, id: Int32)] = []
        for start in text.indices {
            scan(text, at: start) { token, _ in found.append((start, tokens[token].id)) }
        }
        return found
    }

    private func match(in text: [Unicode.Scalar], at start: Int) -> (token: Int, end: Int)? {
        var found: (token: Int, end: Int)?
        scan(text, at: start) { found = ($0, $1) }
        return found
    }

    /// Tells of every token that begins at a place and where it ends, the shortest first.
    private func scan(_ text: [Unicode.Scalar], at start: Int, _ tell: (_ token: Int, _ end: Int) -> Void) {
        let first = text[start]
        guard first.isASCII ? asciiStarts[Int(first.value)] : hasOtherStarts else { return }
        var node = 0
        var i = start
        while i < text.count, let next = edges[Edge(node: node, scalar: text[i])] {
            node = next
            i += 1
            if let token = endings[node] { tell(token, i) }
        }
    }
}
