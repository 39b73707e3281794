import Leaderboards
import Testing
import picbench_study

struct SeedStatisticsTests {
    /// Tests/References/bootstrap.py: numpy, 400,000 resamples.
    @Test func `intervals over documents and seeds are numpy's`() throws {
        func scores(_ level: Int) -> [[Statistics.Cluster]] {
            (0..<3).map { s in
                (0..<12).map { d in .init(sum: Double((level + 2 * s + 3 * d * (s + 1)) % 5), count: 4) }
            }
        }
        let (first, second) = (scores(1), scores(3))
        #expect(abs(Statistics.mean(first) - 0.5278) < 1e-4)
        func expect(
            _ methods: [[[Statistics.Cluster]]], _ low: Double, _ high: Double, within tolerance: Double,
            _ statistic: ([Double]) -> Double
        ) throws {
            let found = Statistics.interval(of: methods, statistic)
            let interval = try #require(found)
            #expect(abs(interval.lowerBound - low) < tolerance, "\(interval)")
            #expect(abs(interval.upperBound - high) < tolerance, "\(interval)")
        }
        try expect([first], 0.3542, 0.7153, within: 0.01) { $0[0] }
        try expect([first, second], -0.2153, 0.3333, within: 0.01) { $0[0] - $0[1] }
        try expect([first, second], -0.3647, 0.9464, within: 0.04) { $0[0] / $0[1] - 1 }
        #expect(Statistics.interval(of: [], { $0[0] }) == nil)
        #expect(Statistics.interval(of: [[[]]], { $0[0] }) == nil)
    }
}
