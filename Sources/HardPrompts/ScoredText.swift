import Foundation
import LanguageModels
import Tensors

/// A text that grows in the model's own tokens.
///
/// The model reads at positions from 0 on, the prefix first. What it has read of the text is not read again. Where
/// more stands there than its window holds, the first tokens behind the prefix leave it, a quarter of the
/// window at a time.
package final class ScoredText: GrowingText {
    package var added: [Int32] = []
    private let model: LanguageModel
    private let prefix: [Int32]
    private let cache: KVCache
    /// The tokens whose keys and values the cache holds.
    private var held: [Int32] = []
    /// The most tokens behind the prefix that are in view.
    private let view: Int
    /// The most tokens that are scored in one pass.
    private let piece: Int

    /// So many rows of one pass take little memory, whatever the model's window is.
    private static let mostRows = 2048
    /// So many rows have scores for the whole vocabulary in memory at once.
    private static let mostScores = 256

    /// - Parameter room: the most tokens behind the prefix, those among them that are scored
    package convenience init(behind prefix: [Int32], room: Int, by model: LanguageModel, in c: Computation) {
        self.init(behind: prefix, room: room, by: model, sharing: PrefixCaches(), in: c)
    }

    /// - Parameters:
    ///   - room: the most tokens behind the prefix, those among them that are scored
    ///   - prefixes: what other texts stood behind
    init(
        behind prefix: [Int32], room: Int, by model: LanguageModel, sharing prefixes: PrefixCaches,
        in c: Computation
    ) {
        self.model = model
        let window = model.configuration.contextLimit
        // Examples that fill the window would leave no room for what is scored behind them.
        self.prefix = prefix.suffix(window / 2)
        let free = max(1, window - self.prefix.count)
        view = min(free, max(1, room))
        piece = min(Self.mostRows, max(1, free / 2), view)
        cache = KVCache(for: model, capacity: self.prefix.count + view, on: c.backend)
        guard let known = prefixes.cache(of: self.prefix, by: model, in: c) else { return }
        cache.copy(first: self.prefix.count, of: known, in: c)
        held = self.prefix
    }

    /// Of a token with nothing before it the model says nothing: it counts as any of the vocabulary.
    package func surprisal(of tokens: some Sequence<Int32>, in c: Computation) -> [Float] {
        let (tokens, before) = (Array(tokens), added)
        defer { added = before }
        return stride(from: 0, to: tokens.count, by: piece).flatMap { start in
            let next = Array(tokens[start..<min(start + piece, tokens.count)])
            defer { added += next }
            return read(next, in: c)
        }
    }

    /// Reads what of the text is not read yet and the tokens behind it.
    private func read(_ tokens: [Int32], in c: Computation) -> [Float] {
        let text = prefix + inView(before: tokens.count)
        // The last token's state predicts the next: it is read again even where it is known.
        let common = zip(held, text).prefix { $0 == $1 }.count
        let known = max(0, min(common, text.count - 1))
        held = text + tokens.dropLast()
        let first = text.isEmpty ? [log(Float(model.configuration.vocabularySize))] : []
        guard held.count > known else { return first }
        var rows = RowAssembly()
        rows.append(tokens: held[known...], firstPosition: known, key: known, seeing: [0..<known])
        let results = max(0, text.count - 1 - known)..<rows.count
        return first
            + losses(rows, results, of: Array(tokens.dropFirst(first.count)), cache, in: c)
    }

    /// -ln p of what each of some rows of a pass predicts.
    private func losses(
        _ rows: RowAssembly, _ results: some Sequence<Int>, of targets: [Int32], _ cache: KVCache,
        in c: Computation
    ) -> [Float] {
        let states = model.hidden(
            rows.embeddings(of: model, in: c), positions: rows.positions, visibility: rows.visibility,
            cache: cache, cacheRows: rows.keys, results: results.map { Int32($0) }, in: c)
        return stride(from: 0, to: targets.count, by: Self.mostScores).flatMap { start in
            let part = start..<min(start + Self.mostScores, targets.count)
            return c.losses(model.logits(states.rowsCopy(part), in: c), targets: Array(targets[part]))
        }
    }

    /// Many stretches in one pass, each behind the prefix alone.
    package func surprisals(
        of tokens: [Int32], behindEach stretches: [[Int32]], in c: Computation
    ) -> [[Float]] {
        let longest = stretches.map(\.count).max() ?? 0
        guard !tokens.isEmpty, longest + tokens.count <= piece,
            stretches.allSatisfy({ !$0.isEmpty })
        else { return stretches.map { alone(tokens, behind: $0, in: c) } }
        var result: [[Float]] = []
        var left = stretches[...]
        while !left.isEmpty {
            var rows = 0
            let group = left.prefix { stretch in
                rows += stretch.count + tokens.count
                return rows <= Self.mostRows
            }
            result += pass(tokens, behindEach: group, in: c)
            left = left.dropFirst(group.count)
        }
        return result
    }

    private func pass(
        _ tokens: [Int32], behindEach stretches: ArraySlice<[Int32]>, in c: Computation
    ) -> [[Float]] {
        let ahead = prefix.count
        let all = stretches.reduce(ahead) { $0 + $1.count + tokens.count - 1 }
        let cache = KVCache(for: model, capacity: all, on: c.backend)
        var rows = RowAssembly()
        if held.starts(with: prefix) {
            cache.copy(first: ahead, of: self.cache, in: c)
        } else {
            rows.append(tokens: prefix, firstPosition: 0, key: 0)
        }
        var key = ahead
        var results: [Int] = []
        for stretch in stretches {
            let read = stretch + tokens.dropLast()
            rows.append(tokens: read, firstPosition: ahead, key: key, seeing: ahead > 0 ? [0..<ahead] : [])
            results += rows.count - tokens.count..<rows.count
            key += read.count
        }
        let targets = Array(repeatElement(tokens, count: stretches.count).joined())
        let found = losses(rows, results, of: targets, cache, in: c)
        return (0..<stretches.count).map { Array(found[$0 * tokens.count..<($0 + 1) * tokens.count]) }
    }

    /// What of the added tokens is in view of some more. It moves on by large steps, since after each all of it
    /// is read again.
    private func inView(before count: Int) -> ArraySlice<Int32> {
        let over = added.count + count - view
        guard over > 0 else { return added[...] }
        let step = max(1, view / 4)
        return added[min(added.count, (over + step - 1) / step * step)...]
    }
}
