import Budgets
import Foundation
import Testing

struct BudgetTests {
    @Test(arguments: [(64, 500, 64), (64, 64, 64), (64, 10, 10), (1, 3, 1), (7, 0, 0), (3, 8, 3)])
    func `a number of positions is kept whatever the length, in windows that are all of it`(
        _ most: Int, _ tokens: Int, _ kept: Int
    ) {
        let budget = Budget.positions(most)
        #expect(budget.positions(for: tokens) == kept)
        let windows = budget.windows(of: tokens)
        #expect(windows.flatMap { Array($0) } == Array(0..<tokens) && windows.count == kept)
        #expect((windows.map(\.count).max() ?? 0) - (windows.map(\.count).min() ?? 0) <= 1)
    }

    @Test func `both kinds are written and read as JSON`() throws {
        for (budget, json) in [
            (Budget.ratio(try #require(Ratio(2.5))), #"{"ratio":2.5}"#),
            (.positions(64), #"{"positions":64}"#),
        ] {
            #expect(String(decoding: try JSONEncoder().encode(budget), as: UTF8.self) == json)
            #expect(try JSONDecoder().decode(Budget.self, from: Data(json.utf8)) == budget)
        }
        for json in [#"{"ratio":0.5}"#, #"{"positions":0}"#, "{}"] {
            #expect(throws: DecodingError.self) {
                try JSONDecoder().decode(Budget.self, from: Data(json.utf8))
            }
        }
    }

    @Test func `they are sorted from mild to strong`() throws {
        let budgets: [Budget] = [.positions(16), .ratio(try #require(Ratio(16))), .positions(64), .whole]
        #expect(budgets.sorted().map(\.description) == ["1x", "16x", "64 positions", "16 positions"])
    }
}
