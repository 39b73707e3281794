import Synchronization

/// Byte-pair encoding (Sennrich et al. 2016): the `model` of a `tokenizer.json`.
///
/// A piece begins as its characters, each a token, and the neighbours whose merge has the lowest rank
/// are joined until none is left, the first of equals first.
final class BytePairEncoding: Sendable {
    /// The vocabulary.
    let ids: [ExactText: Int32]
    let merges: MergeTable
    private let unknown: Int32?
    private let fusesUnknown: Bool
    /// The tokens of single bytes, for characters that are none; nil without byte fallback.
    private let byteIDs: [Int32?]?
    /// Whether a piece that is a token needs no merges.
    private let ignoresMerges: Bool
    /// What a piece's later characters begin with in the vocabulary, and its last ends with.
    private let wordPrefix: String
    private let wordSuffix: String
    let characterIDs: [Unicode.Scalar: Int32]
    private let memory = Mutex(Memory())

    /// What texts that were encoded leave behind for later ones, which any thread may encode.
    private struct Memory {
        /// Ids of short pieces.
        var pieces: [ArraySlice<Unicode.Scalar>: [Int32]] = [:]
        /// Made when a long piece is first met.
        var joints: Set<Joint>?
    }

    private static let cachedLength = 48
    private static let cachedPieces = 1 << 17

    convenience init(_ part: TokenizerFile) throws {
        if let dropout = part.part("dropout"), dropout.json.integer != 0 {
            guard case .number(0) = dropout.json else {
                throw dropout.unsupported(dropout.json.summary, supported: "none")
            }
        }
        let merges = try part.parts("merges").enumerated().compactMap {
            rank, merge -> (String, String)? in
            if let line = merge.json.string {
                return line.hasPrefix("#version") ? nil : try Self.merge(line: line, rank, merge)
            }
            guard let parts = merge.json.array, parts.count == 2, let left = parts[0].string,
                let right = parts[1].string
            else { throw merge.malformed("\(merge.path) is \(merge.json.summary), expected two tokens") }
            return (left, right)
        }
        var options = Options()
        options.unknown = part.part("unk_token") == nil ? nil : try part.text("unk_token")
        options.fusesUnknown = try part.flag("fuse_unk", default: false)
        options.fallsBackToBytes = try part.flag("byte_fallback", default: false)
        options.ignoresMerges = try part.flag("ignore_merges", default: false)
        if part.part("continuing_subword_prefix") != nil {
            options.wordPrefix = try part.text("continuing_subword_prefix")
        }
        if part.part("end_of_word_suffix") != nil {
            options.wordSuffix = try part.text("end_of_word_suffix")
        }
        try self.init(vocabulary: part.required("vocab"), merges: merges, options)
    }

    struct Options {
        var unknown: String?
        var fusesUnknown = false
        var fallsBackToBytes = false
        var ignoresMerges = false
        var wordPrefix = ""
        var wordSuffix = ""
    }

    /// The two tokens of a line of `merges.txt`.
    static func merge(line: String, _ rank: Int, _ part: TokenizerFile) throws -> (String, String) {
        let parts = line.unicodeScalars.split(separator: " ", omittingEmptySubsequences: false)
        guard parts.count == 2 else {
            throw part.malformed("merge \(rank) is '\(line)', expected two tokens with a space between")
        }
        return (String(parts[0]), String(parts[1]))
    }

    init(vocabulary: TokenizerFile, merges lines: [(String, String)], _ options: Options) throws {
        guard let members = vocabulary.json.members else {
            throw vocabulary.malformed("\(vocabulary.path) is no object")
        }
        var ids: [ExactText: Int32] = Dictionary(minimumCapacity: members.count)
        for (token, value) in members {
            guard let id = value.integer, 0..<Tokenizer.idLimit ~= id else {
                throw vocabulary.malformed("'\(token)' has the id \(value.summary)")
            }
            ids[ExactText(token)] = Int32(id)
        }
        var table = MergeTable(capacity: lines.count)
        for (rank, (left, right)) in lines.enumerated() {
            guard let leftID = ids[ExactText(left)], let rightID = ids[ExactText(right)],
                right.unicodeScalars.starts(with: options.wordPrefix.unicodeScalars),
                let product = ids[
                    ExactText(
                        left + String(right.unicodeScalars.dropFirst(options.wordPrefix.unicodeScalars.count))
                    )]
            else {
                throw vocabulary.malformed(
                    "merge \(rank) is '\(left)' and '\(right)', which make no token of the vocabulary")
            }
            table.append(leftID, rightID, product: product)
        }
        unknown = try options.unknown.map { token in
            guard let id = ids[ExactText(token)] else {
                throw vocabulary.malformed("the unknown token '\(token)' is not in the vocabulary")
            }
            return id
        }
        fusesUnknown = options.fusesUnknown
        byteIDs =
            options.fallsBackToBytes
            ? (0..<256).map { byte in
                let digits = String(byte, radix: 16, uppercase: true)
                return ids[ExactText("<0x\(byte < 16 ? "0" : "")\(digits)>")]
            } : nil
        ignoresMerges = options.ignoresMerges
        wordPrefix = options.wordPrefix
        wordSuffix = options.wordSuffix
        characterIDs = Dictionary(
            ids.compactMap { token, id in
                let scalars = token.text.unicodeScalars
                return scalars.first.flatMap { scalars.dropFirst().isEmpty ? ($0, id) : nil }
            }, uniquingKeysWith: { first, _ in first })
        self.ids = ids
        self.merges = table
    }

    /// Appends the ids of a piece.
    func encode(_ piece: ArraySlice<Unicode.Scalar>, to result: inout [Int32]) {
        if isCut(piece) {
            for part in independentParts(of: piece) { encodeWhole(piece[part], to: &result) }
        } else {
            encodeWhole(piece, to: &result)
        }
    }

    /// The tokens of a piece and the characters that each stands for, their beginnings ascending.
    func tokens(of piece: ArraySlice<Unicode.Scalar>) -> [(id: Int32, range: Range<Int>)] {
        let parts = isCut(piece) ? independentParts(of: piece) : [piece.indices]
        return parts.flatMap { part -> [(id: Int32, range: Range<Int>)] in
            if ignoresMerges, let id = ids[ExactText(piece[part])] { return [(id, part)] }
            var spans: [Range<Int>]? = []
            let symbols = merged(symbols(of: piece[part], spans: &spans))
            var result: [(id: Int32, range: Range<Int>)] = []
            for (id, span) in zip(symbols, spans ?? []) {
                if id >= 0 {
                    result.append((id, span))
                } else if let last = result.popLast() {
                    result.append((last.id, last.range.lowerBound..<span.upperBound))
                }
            }
            return result
        }
    }

    /// Whether a piece is encoded part by part.
    private func isCut(_ piece: ArraySlice<Unicode.Scalar>) -> Bool {
        piece.count > Self.cachedLength && !ignoresMerges && wordPrefix.isEmpty && wordSuffix.isEmpty
    }

    private func encodeWhole(_ piece: ArraySlice<Unicode.Scalar>, to result: inout [Int32]) {
        if let known = memory.withLock({ $0.pieces[piece] }) {
            result.append(contentsOf: known)
            return
        }
        let ids: [Int32]
        if ignoresMerges, let id = self.ids[ExactText(piece)] {
            ids = [id]
        } else {
            ids = merged(symbols(of: piece)).filter { $0 >= 0 }
        }
        result.append(contentsOf: ids)
        if piece.count <= Self.cachedLength {
            // A copy: a slice would keep the whole text.
            let piece = ArraySlice(Array(piece))
            memory.withLock {
                if $0.pieces.count >= Self.cachedPieces { $0.pieces.removeAll(keepingCapacity: true) }
                $0.pieces[piece] = ids
            }
        }
    }

    /// Characters that merges bring together.
    var joints: Set<Joint> {
        memory.withLock {
            let joints = $0.joints ?? Self.joints(merges, ids)
            $0.joints = joints
            return joints
        }
    }

    /// The tokens that a piece begins as.
    private func symbols(of piece: ArraySlice<Unicode.Scalar>) -> [Int32] {
        var spans: [Range<Int>]?
        return symbols(of: piece, spans: &spans)
    }

    /// - Parameter spans: the characters that each stands for; nil where nobody asks
    private func symbols(
        of piece: ArraySlice<Unicode.Scalar>, spans: inout [Range<Int>]?
    ) -> [Int32] {
        var result: [Int32] = []
        result.reserveCapacity(piece.count)
        /// The last characters' unknown token, which the next may be fused with.
        var pending: (id: Int32, span: Range<Int>)?
        for i in piece.indices {
            if let id = id(of: piece[i], isFirst: i == piece.startIndex, isLast: i + 1 == piece.endIndex) {
                if let unknown = pending { append(unknown) }
                pending = nil
                append((id, i..<i + 1))
            } else if let bytes = fallback(
                piece[i], isFirst: i == piece.startIndex, isLast: i + 1 == piece.endIndex)
            {
                for id in bytes { append((id, i..<i + 1)) }
            } else if let unknown {
                if let before = pending, !fusesUnknown { append(before) }
                let start = fusesUnknown ? pending?.span.lowerBound : nil
                pending = (unknown, (start ?? i)..<i + 1)
            }
        }
        if let unknown = pending { append(unknown) }
        return result

        func append(_ token: (id: Int32, span: Range<Int>)) {
            result.append(token.id)
            // An unknown character may be noted behind the bytes of one that follows it.
            let least = spans?.last?.lowerBound ?? token.span.lowerBound
            spans?.append(
                max(token.span.lowerBound, least)..<max(token.span.upperBound, least))
        }
    }

    private func id(of scalar: Unicode.Scalar, isFirst: Bool, isLast: Bool) -> Int32? {
        (isFirst || wordPrefix.isEmpty) && (!isLast || wordSuffix.isEmpty)
            ? characterIDs[scalar] : ids[ExactText(written(scalar, isFirst, isLast))]
    }

    private func written(_ scalar: Unicode.Scalar, _ isFirst: Bool, _ isLast: Bool) -> String {
        (isFirst ? "" : wordPrefix) + String(scalar) + (isLast ? wordSuffix : "")
    }

    private func fallback(_ scalar: Unicode.Scalar, isFirst: Bool, isLast: Bool) -> [Int32]? {
        guard let byteIDs else { return nil }
        let ids = written(scalar, isFirst, isLast).utf8.compactMap { byteIDs[Int($0)] }
        return ids.count == written(scalar, isFirst, isLast).utf8.count ? ids : nil
    }
}
