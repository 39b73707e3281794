import Budgets
import Testing

struct RatioTests {
    @Test(arguments: [(1.0, 7, 7), (2.5, 10, 4), (4.0, 9, 3), (64.0, 1, 1), (64.0, 0, 0), (3.0, 300, 100)])
    func `the budget is the ceiling`(_ ratio: Double, _ tokens: Int, _ budget: Int) throws {
        let ratio = try #require(Ratio(ratio))
        #expect(ratio.budget(for: tokens) == budget)
        let windows = ratio.windows(of: tokens)
        #expect(windows.count == budget)
        #expect(windows.flatMap { Array($0) } == Array(0..<tokens))
        #expect(windows.allSatisfy { !$0.isEmpty })
    }

    @Test(arguments: [0, 0.5, -4, .nan, .infinity])
    func `a ratio is at least 1`(_ value: Double) { #expect(Ratio(value) == nil) }
}
