import Foundation
import Seeding

/// What is said about a sample of scores.
package enum Statistics {
    package static let resamples = 10_000

    /// Scores that belong together, such as the questions about one document.
    package struct Cluster: Sendable, Equatable {
        package var sum: Double
        package var count: Int

        package init(sum: Double, count: Int) {
            self.sum = sum
            self.count = count
        }
    }

    /// The 95% percentile interval of a mean, by drawing whole clusters with replacement.
    ///
    /// Questions about one document rise and fall together, so that drawing them one by one would
    /// promise too narrow an interval (Efron and Tibshirani 1993, chapter 13; cluster bootstrap).
    /// - Returns: nil without clusters
    package static func interval(of clusters: [Cluster], seed: UInt64 = 0) -> ClosedRange<Double>? {
        intervals(of: [clusters], seed: seed)[0]
    }

    /// The intervals of several means, each as if it were alone: means over as many clusters share
    /// their draws, so that a leaderboard of a million samples takes seconds.
    package static func intervals(of means: [[Cluster]], seed: UInt64 = 0) -> [ClosedRange<Double>?] {
        var result = [ClosedRange<Double>?](repeating: nil, count: means.count)
        for places in Leaderboard.groups(Array(means.indices), by: { means[$0].count })
        where !means[places[0]].isEmpty {
            let found = bootstrap(places.map { means[$0] }, seed: seed)
            for (place, values) in zip(places, found) {
                if let low = percentile(0.025, of: values), let high = percentile(0.975, of: values) {
                    result[place] = low...high
                }
            }
        }
        return result
    }

    /// The resampled values of means over equally many clusters, [means][resamples].
    ///
    /// A resample is how often each cluster was drawn: a mean is two sums of products with that, eight
    /// resamples at a time.
    private static func bootstrap(_ means: [[Cluster]], seed: UInt64) -> [[Double]] {
        typealias Lanes = SIMD8<Double>
        let clusters = means[0].count
        let sums = means.map { $0.map(\.sum) }
        // Methods that were asked the same questions share their counts.
        var counts: [[Double]] = []
        let countOf = means.map { mean in
            let own = mean.map { Double($0.count) }
            if let known = counts.firstIndex(of: own) { return known }
            counts.append(own)
            return counts.count - 1
        }
        func weighted(_ values: [Double], _ draws: [Lanes]) -> Lanes {
            var sum = Lanes.zero
            for (value, drawn) in zip(values, draws) { sum += drawn * value }
            return sum
        }
        var generator = SeededGenerator(seed: seed, stream: "bootstrap")
        var result = means.map { _ in [Double]() }
        var draws = [Lanes](repeating: .zero, count: clusters)
        for first in stride(from: 0, to: resamples, by: Lanes.scalarCount) {
            for i in draws.indices { draws[i] = .zero }
            for lane in 0..<Lanes.scalarCount {
                for _ in 0..<clusters { draws[generator.integer(below: clusters)][lane] += 1 }
            }
            let drawnCounts = counts.map { values in
                let drawn = weighted(values, draws)
                return drawn.replacing(with: 1, where: drawn .< 1)
            }
            let taken = min(Lanes.scalarCount, resamples - first)
            for (i, values) in sums.enumerated() {
                let drawn = weighted(values, draws) / drawnCounts[countOf[i]]
                for lane in 0..<taken { result[i].append(drawn[lane]) }
            }
        }
        return result
    }

    /// The 95% interval of a median between two of the values, whatever they are distributed like (Conover 1999, 3.2).
    /// - Returns: nil with fewer than six values, of which all but the whole range would promise too much
    package static func medianInterval(of values: [Double]) -> ClosedRange<Double>? {
        let sorted = values.sorted()
        let count = Double(sorted.count)
        // How often fewer than so many values lie below the median.
        var (below, rank) = (0.0, 0)
        while rank < sorted.count / 2 {
            let place = Double(rank)
            let ways = lgamma(count + 1) - lgamma(place + 1) - lgamma(count - place + 1)
            let next = below + exp(ways - count * log(2))
            guard next <= 0.025 else { break }
            (below, rank) = (next, rank + 1)
        }
        return rank > 0 ? sorted[rank - 1]...sorted[sorted.count - rank] : nil
    }

    /// With linear interpolation between neighbours, as numpy's default.
    /// - Parameter fraction: 0 to 1
    package static func percentile(_ fraction: Double, of values: [Double]) -> Double? {
        guard !values.isEmpty else { return nil }
        var values = values
        let place = fraction * Double(values.count - 1)
        let below = Int(place)
        select(below, of: &values)
        let next = values[(below + 1)...].min() ?? values[below]
        return values[below] + (place - Double(below)) * (next - values[below])
    }

    /// Moves the value that sorting would bring to `place` there, none larger before it and none smaller
    /// behind (Hoare 1961, Find).
    private static func select(_ place: Int, of values: inout [Double]) {
        var (low, high) = (0, values.count - 1)
        while low < high {
            let pivot = values[(low + high) / 2]
            var (i, j) = (low, high)
            while i <= j {
                while values[i] < pivot { i += 1 }
                while values[j] > pivot { j -= 1 }
                if i <= j {
                    values.swapAt(i, j)
                    i += 1
                    j -= 1
                }
            }
            if place <= j {
                high = j
            } else if place >= i {
                low = i
            } else {
                return
            }
        }
    }
}
