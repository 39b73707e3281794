import Foundation
import Leaderboards
import Testing

/// Intervals and p-values against scipy, percentiles against numpy, Holm against statsmodels
/// (Tests/References/significance.py).
struct SignificanceTests {
    private struct Reference: Decodable {
        struct Case: Decodable {
            let counts: [Int]
            let first: [Double]
            let second: [Double]
            let firstInterval: [Double]
            let differenceInterval: [Double]
            let pValue: Double
        }

        let cases: [Case]
        let values: [Double]
        let fractions: [Double]
        let percentiles: [Double]
        let pValues: [Double]
        let holm: [Double]
    }

    private let reference: Reference

    init() throws {
        let file = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
            .appendingPathComponent("Fixtures/significance.json")
        reference = try JSONDecoder().decode(Reference.self, from: Data(contentsOf: file))
    }

    @Test func `intervals of means and of paired differences are scipy's`() throws {
        for one in reference.cases {
            let first = zip(one.first, one.counts).map { Statistics.Cluster(sum: $0, count: $1) }
            let difference = zip(zip(one.first, one.second), one.counts).map {
                Statistics.Cluster(sum: $0.0 - $0.1, count: $1)
            }
            let found = Statistics.intervals(of: [first, difference])
            for (found, expected) in zip(found, [one.firstInterval, one.differenceInterval]) {
                let interval = try #require(found)
                // Two random sets of resamples: a small part of the interval's own width.
                let tolerance = 0.06 * (expected[1] - expected[0])
                #expect(abs(interval.lowerBound - expected[0]) < tolerance, "\(interval), not \(expected)")
                #expect(abs(interval.upperBound - expected[1]) < tolerance, "\(interval), not \(expected)")
            }
            #expect(found[0] == Statistics.interval(of: first))
            let p = Statistics.permutationPValue(of: difference)
            #expect(abs(p - one.pValue) < 0.015, "\(p), not \(one.pValue)")
        }
    }

    @Test func `percentiles are numpy's, Holm's correction that of statsmodels`() throws {
        for (fraction, expected) in zip(reference.fractions, reference.percentiles) {
            let found = try #require(Statistics.percentile(fraction, of: reference.values))
            #expect(abs(found - expected) < 1e-12)
        }
        for (found, expected) in zip(Statistics.holm(reference.pValues), reference.holm) {
            #expect(abs(found - expected) < 1e-12)
        }
    }

    @Test func `means are resampled together as they are alone`() {
        let cases = reference.cases.map { one in
            zip(one.first, one.counts).map { Statistics.Cluster(sum: $0, count: $1) }
        }
        #expect(Statistics.intervals(of: cases + [[]]) == cases.map { Statistics.interval(of: $0) } + [nil])
    }
}
