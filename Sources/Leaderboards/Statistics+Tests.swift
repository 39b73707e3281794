import Seeding

extension Statistics {
    /// How often random signs of the clusters' differences give a mean at least as far from 0.
    package static func permutationPValue(of differences: [Cluster], seed: UInt64 = 0) -> Double {
        let observed = abs(differences.reduce(0) { $0 + $1.sum })
        var generator = SeededGenerator(seed: seed, stream: "permutation")
        var extreme = 0
        for _ in 0..<resamples {
            var sum = 0.0
            for difference in differences {
                sum += generator.next() >> 63 == 0 ? difference.sum : -difference.sum
            }
            if abs(sum) >= observed - 1e-12 { extreme += 1 }
        }
        return Double(extreme + 1) / Double(resamples + 1)
    }

    /// Holm's step-down correction (1979): in the order given.
    package static func holm(_ pValues: [Double]) -> [Double] {
        var corrected = pValues
        var largest = 0.0
        for (rank, i) in pValues.indices.sorted(by: { pValues[$0] < pValues[$1] }).enumerated() {
            largest = max(largest, min(1, pValues[i] * Double(pValues.count - rank)))
            corrected[i] = largest
        }
        return corrected
    }
}
