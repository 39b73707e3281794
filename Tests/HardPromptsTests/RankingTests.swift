import HardPrompts
import Testing

struct RankingTests {
    @Test func `high scores come first, and of equals the first`() {
        #expect(["a", "b", "c", "d"].ranked(by: [1, 2, 2, 0]) == ["b", "c", "a", "d"])
        #expect([Int]().ranked(by: [Float]()).isEmpty)
    }

    @Test func `a budget is met exactly, the last stretch from its front`() {
        let stretches = [7..<10, 0..<2, 2..<7]
        #expect(stretches.tokens(upTo: 7) == [0, 1, 2, 3, 7, 8, 9])
        #expect(stretches.tokens(upTo: 1) == [7])
        #expect(stretches.tokens(upTo: 0).isEmpty)
        #expect(stretches.tokens(upTo: 100) == Array(0..<10))
    }

    @Test func `stretches are taken whole until there are enough tokens`() {
        let stretches = [7..<10, 0..<2, 2..<7]
        #expect(stretches.first(tokens: 3) == [7..<10])
        #expect(stretches.first(tokens: 4) == [7..<10, 0..<2])
        #expect(stretches.first(tokens: 100) == stretches)
        #expect(stretches.first(tokens: 0).isEmpty)
    }

    @Test func `words are counted in each text and over texts`() {
        let terms = TermCounts([["a", "b", "a"], [], ["b", "c"]])
        #expect(terms.lengths == [3, 0, 2])
        #expect(terms.frequencies == [1, 2, 1])
        #expect(terms.counts == [[0: 2, 1: 1], [:], [1: 1, 2: 1]])
        #expect(terms.numbers(of: ["b", "nonesuch", "a", "b"]) == [1, 0, 1])
    }
}
