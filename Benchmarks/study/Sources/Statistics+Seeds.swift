import Foundation
import Leaderboards
import Seeding

extension Statistics {
    /// The mean over training seeds of the mean over examples.
    /// - Parameter scores: [seed][document]
    package static func mean(_ scores: [[Cluster]]) -> Double {
        let means = scores.map { clusters in
            clusters.reduce(0) { $0 + $1.sum } / Double(max(1, clusters.reduce(0) { $0 + $1.count }))
        }
        return means.reduce(0, +) / Double(max(1, means.count))
    }

    /// The 95% percentile interval of a statistic of methods' means, over documents and training seeds.
    ///
    /// Both are drawn with replacement: the documents once for all methods and seeds, which were
    /// scored on the same ones, the seeds for each method on their own. Few seeds make it too narrow
    /// rather than too wide: of n seeds the drawn means vary by (n − 1)/n of their variance.
    /// - Parameter methods: [method][seed][document], the same documents everywhere
    /// - Returns: nil without documents
    package static func interval(
        of methods: [[[Cluster]]], seed: UInt64 = 0, _ statistic: ([Double]) -> Double
    ) -> ClosedRange<Double>? {
        guard let documents = methods.first?.first?.count, documents > 0,
            methods.allSatisfy({ !$0.isEmpty && $0.allSatisfy { $0.count == documents } })
        else { return nil }
        var generator = SeededGenerator(seed: seed, stream: "bootstrap-seeds")
        var values: [Double] = []
        values.reserveCapacity(resamples)
        var times = [Int](repeating: 0, count: documents)
        for _ in 0..<resamples {
            for i in times.indices { times[i] = 0 }
            for _ in times.indices { times[generator.integer(below: documents)] += 1 }
            let means = methods.map { seeds in
                var total = 0.0
                for _ in seeds.indices {
                    let drawn = seeds[generator.integer(below: seeds.count)]
                    var (sum, count) = (0.0, 0)
                    for (cluster, times) in zip(drawn, times) where times > 0 {
                        sum += Double(times) * cluster.sum
                        count += times * cluster.count
                    }
                    total += sum / Double(max(1, count))
                }
                return total / Double(seeds.count)
            }
            values.append(statistic(means))
        }
        guard let low = percentile(0.025, of: values), let high = percentile(0.975, of: values), low <= high
        else { return nil }
        return low...high
    }
}
