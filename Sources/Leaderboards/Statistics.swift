import Foundation
import Seeding

/// What is said about a sample of scores.
public enum Statistics {
    public static let resamples = 10_000

    /// Scores that belong together, such as the questions about one document.
    public struct Cluster: Sendable, Equatable {
        public var sum: Double
        public var count: Int

        public init(sum: Double, count: Int) {
            self.sum = sum
            self.count = count
        }
    }

    /// The 95% percentile interval of a mean, by drawing whole clusters with replacement.
    ///
    /// Questions about one document rise and fall together, so that drawing them one by one would
    /// promise too narrow an interval (Efron and Tibshirani 1993, chapter 13; cluster bootstrap).
    /// - Returns: nil without clusters
    public static func interval(of clusters: [Cluster], seed: UInt64 = 0) -> ClosedRange<Double>? {
        guard !clusters.isEmpty else { return nil }
        var generator = SeededGenerator(seed: seed, stream: "bootstrap")
        var means: [Double] = []
        means.reserveCapacity(resamples)
        for _ in 0..<resamples {
            var (sum, count) = (0.0, 0)
            for _ in clusters.indices {
                let drawn = clusters[generator.integer(below: clusters.count)]
                sum += drawn.sum
                count += drawn.count
            }
            means.append(sum / Double(max(count, 1)))
        }
        means.sort()
        return percentile(0.025, ofSorted: means)...percentile(0.975, ofSorted: means)
    }

    /// With linear interpolation between neighbours, as numpy's default.
    /// - Parameter fraction: 0 to 1
    public static func percentile(_ fraction: Double, of values: [Double]) -> Double? {
        values.isEmpty ? nil : percentile(fraction, ofSorted: values.sorted())
    }

    private static func percentile(_ fraction: Double, ofSorted values: [Double]) -> Double {
        let place = fraction * Double(values.count - 1)
        let below = Int(place)
        let above = min(below + 1, values.count - 1)
        return values[below] + (place - Double(below)) * (values[above] - values[below])
    }
}
