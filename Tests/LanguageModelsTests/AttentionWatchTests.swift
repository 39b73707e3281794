import Foundation
import LanguageModels
import Tensors
import Testing

/// Watched attention weights against transformers (Tests/References/attention.py).
struct AttentionWatchTests {
    private struct Expected: Decodable {
        let tokens: [Int32]
        let positions: [Int32]
        /// By model: the last two rows' weights of all keys.
        let weights: [String: [[Double]]]
    }

    @Test(arguments: ["llama", "llama3-tied", "qwen3"])
    func `weights are those of transformers, alone and packed`(_ name: String) throws {
        let file = Reference.folder("attention.json")
        let expected = try JSONDecoder().decode(Expected.self, from: Data(contentsOf: file))
        let rows = try #require(expected.weights[name])
        let model = try LanguageModel(folder: Reference.folder(name))
        let watch = AttentionWatch()
        let c = Computation(observer: watch)
        let count = expected.tokens.count
        var visibility = Visibility()
        var groups: [[AttentionWatch.Row]] = []
        for first in [0, count] {
            for i in 0..<count - 2 { visibility.append([first..<first + i + 1]) }
            let seen = [
                [first..<first + 4, first + 7..<first + 8],
                [first..<first + 1, first + 4..<first + 9],
            ]
            for intervals in seen { visibility.append(intervals) }
            groups.append(
                seen.enumerated().map {
                    AttentionWatch.Row(
                        row: first + count - 2 + $0, visible: $1, wanted: first..<first + count)
                })
        }
        watch.begin(groups)
        _ = model.hidden(
            model.embed(expected.tokens + expected.tokens, in: c),
            positions: expected.positions + expected.positions, visibility: visibility, in: c)
        watch.end()
        #expect(watch.weights.count == 2)
        for group in watch.weights {
            for (found, wanted) in zip(group, rows) {
                #expect(zip(found, wanted).allSatisfy { abs($0 - $1) < 1e-5 }, "\(found), not \(wanted)")
            }
        }
        // What follows is not watched.
        _ = model.hidden(
            model.embed([3, 4], in: c), positions: [0, 1], visibility: .causal(2), in: c)
        #expect(watch.weights.count == 2)
    }
}
