import Foundation

/// A byte-level BPE tokenizer (Sennrich et al. 2016, Radford et al. 2019) from a Hugging Face
/// `tokenizer.json`.
public final class Tokenizer {
    private let ids: [String: Int32]
    private let tokens: [Int32: String]
    private let ranks: [Pair: Int]
    private let specials: [(text: String, id: Int32)]
    private let specialIDs: Set<Int32>
    private let preTokenizer: PreTokenizer
    private var cache: [String: [Int32]] = [:]
    /// One more than the highest id.
    public let vocabularySize: Int

    private struct Pair: Hashable {
        let left: String
        let right: String
    }

    public convenience init(folder: URL) throws {
        let url = folder.appendingPathComponent("tokenizer.json")
        guard let data = try? Data(contentsOf: url) else {
            throw TokenizerError.unreadable(file: url.path)
        }
        try self.init(json: data, file: url.path)
    }

    public init(json data: Data, file: String) throws {
        func malformed(_ reason: String) -> TokenizerError { .malformed(file: file, reason: reason) }
        guard let root = try? JSONSerialization.jsonObject(with: data) as? [String: Any],
            let model = root["model"] as? [String: Any]
        else { throw malformed("it is not a JSON object with a model") }
        let type = model["type"] as? String ?? "BPE"
        guard type == "BPE" else {
            throw TokenizerError.unsupported(file: file, part: "model", found: type, supported: "BPE")
        }
        guard let vocabulary = model["vocab"] as? [String: Int], let merges = model["merges"] as? [Any]
        else { throw malformed("model.vocab or model.merges is missing") }
        if let normalizer = root["normalizer"] as? [String: Any] {
            throw TokenizerError.unsupported(
                file: file, part: "normalizer", found: "\(normalizer["type"] ?? "unknown")", supported: "none"
            )
        }
        let pre = root["pre_tokenizer"] as? [String: Any]
        guard let pre, pre["type"] as? String == "ByteLevel", pre["use_regex"] as? Bool ?? true else {
            throw TokenizerError.unsupported(
                file: file, part: "pre_tokenizer", found: "\(pre?["type"] ?? "none")",
                supported: "ByteLevel with its own pattern")
        }
        preTokenizer = PreTokenizer(addPrefixSpace: pre["add_prefix_space"] as? Bool ?? true)
        var ids: [String: Int32] = [:]
        func add(_ token: String, _ id: Int) throws {
            guard id >= 0, id < 1 << 24 else { throw malformed("'\(token)' has the id \(id)") }
            ids[token] = Int32(id)
        }
        for (token, id) in vocabulary { try add(token, id) }
        var specials: [(text: String, id: Int32)] = []
        for entry in root["added_tokens"] as? [[String: Any]] ?? [] {
            guard let content = entry["content"] as? String, !content.isEmpty, let id = entry["id"] as? Int
            else { throw malformed("an added token lacks content or id") }
            try add(content, id)
            specials.append((content, Int32(id)))
        }
        var ranks: [Pair: Int] = [:]
        for (rank, merge) in merges.enumerated() {
            let parts = merge as? [String] ?? (merge as? String)?.split(separator: " ").map(String.init) ?? []
            guard parts.count == 2, ids[parts[0] + parts[1]] != nil else {
                throw malformed("merge \(rank) is \(merge), which makes no token of the vocabulary")
            }
            ranks[Pair(left: parts[0], right: parts[1])] = rank
        }
        guard Set(ids.values).count == ids.count else { throw malformed("two tokens share an id") }
        self.ids = ids
        tokens = Dictionary(uniqueKeysWithValues: ids.map { ($0.value, $0.key) })
        self.ranks = ranks
        self.specials = specials.sorted { $0.text.count > $1.text.count }
        specialIDs = Set(specials.map(\.id))
        vocabularySize = Int(ids.values.max() ?? -1) + 1
    }

    public func id(of token: String) -> Int32? { ids[token] }

    public func token(of id: Int32) -> String? { tokens[id] }

    /// The ids of a text; special tokens written out in it are recognised.
    public func encode(_ text: String) -> [Int32] {
        var result: [Int32] = []
        var rest = text[...]
        while !rest.isEmpty {
            let next = specials.compactMap { special in
                rest.range(of: special.text).map { (range: $0, id: special.id) }
            }.min { $0.range.lowerBound < $1.range.lowerBound }
            for word in preTokenizer.words(of: rest[..<(next?.range.lowerBound ?? rest.endIndex)]) {
                result += encodeWord(word)
            }
            guard let next else { break }
            result.append(next.id)
            rest = rest[next.range.upperBound...]
        }
        return result
    }

    /// The text of ids; unknown ids are left out, special tokens too unless they are asked for.
    public func decode(_ ids: [Int32], specialTokens: Bool = false) -> String {
        var bytes: [UInt8] = []
        for id in ids {
            guard let token = tokens[id] else { continue }
            if specialIDs.contains(id) {
                if specialTokens { bytes += Array(token.utf8) }
            } else {
                bytes += token.compactMap { ByteAlphabet.bytes[$0] }
            }
        }
        return String(decoding: bytes, as: UTF8.self)
    }

    private func encodeWord(_ word: String) -> [Int32] {
        if let known = cache[word] { return known }
        var parts = word.utf8.map { String(ByteAlphabet.characters[Int($0)]) }
        while parts.count > 1 {
            let best = parts.indices.dropLast().compactMap { i in
                ranks[Pair(left: parts[i], right: parts[i + 1])].map { (rank: $0, index: i) }
            }.min { ($0.rank, $0.index) < ($1.rank, $1.index) }
            guard let best else { break }
            parts.replaceSubrange(
                best.index...best.index + 1, with: [parts[best.index] + parts[best.index + 1]])
        }
        let result = parts.compactMap { ids[$0] }
        cache[word] = result
        return result
    }
}
