import Leaderboards
import Testing

struct StatisticsTests {
    /// numpy.percentile([3, 1, 4, 1, 5, 9, 2, 6], p)
    @Test(arguments: [(0.0, 1.0), (0.25, 1.75), (0.5, 3.5), (0.95, 7.95), (1.0, 9.0)])
    func `percentiles are numpy's`(_ fraction: Double, _ expected: Double) {
        let found = Statistics.percentile(fraction, of: [3, 1, 4, 1, 5, 9, 2, 6]) ?? .nan
        #expect(abs(found - expected) < 1e-12)
        #expect(Statistics.percentile(fraction, of: []) == nil)
    }

    /// scipy.stats.bootstrap of the mean of 0.0, 0.1 … 1.9, percentile method, 200,000 resamples:
    /// 0.695 to 1.205.
    @Test func `intervals are scipy's`() throws {
        let clusters = (0..<20).map { Statistics.Cluster(sum: Double($0) / 10, count: 1) }
        let interval = try #require(Statistics.interval(of: clusters))
        #expect(abs(interval.lowerBound - 0.695) < 0.011)
        #expect(abs(interval.upperBound - 1.205) < 0.011)
        #expect(interval == Statistics.interval(of: clusters))
    }

    @Test func `questions of one document make the interval wider, not narrower`() throws {
        let scores = (0..<10).map { Double($0 % 2) }
        let alone = try #require(Statistics.interval(of: scores.map { .init(sum: $0, count: 1) }))
        let together = try #require(Statistics.interval(of: scores.map { .init(sum: 8 * $0, count: 8) }))
        #expect(together == alone)
        let pretended = try #require(
            Statistics.interval(
                of: scores.flatMap { score in (0..<8).map { _ in .init(sum: score, count: 1) } }))
        #expect(pretended.upperBound - pretended.lowerBound < together.upperBound - together.lowerBound)
    }

    @Test func `nothing has no interval, equal scores a narrow one`() {
        #expect(Statistics.interval(of: []) == nil)
        #expect(Statistics.interval(of: [.init(sum: 1, count: 2), .init(sum: 1, count: 2)]) == 0.5...0.5)
    }
}
