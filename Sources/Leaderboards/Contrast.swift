import Foundation

/// A weighted sum of methods' means, such as a difference, with what is not known of it: documents are a random factor
/// that all methods share, each method's seeds are one of its own, crossed with the documents.
///
/// The means are over examples. Variances come from the mean squares of a crossed analysis of variance, degrees of
/// freedom from Satterthwaite (1946); documents with different numbers of examples count as a ratio of means does to the
/// first order (Cochran 1977, chapter 6). Without several seeds it is the paired t test over documents.
package struct Contrast: Sendable, Equatable {
    package let estimate: Double
    package let standardError: Double
    /// Nil where nothing varies.
    package let degrees: Double?
    private let documents: Int

    /// - Parameters:
    ///   - terms: a weight and scores, [seed][document], the same documents everywhere
    /// - Returns: nil with fewer than two documents, or numbers too large to add up
    package init?(_ terms: [(weight: Double, scores: [[Statistics.Cluster]])]) {
        guard let counts = terms.first?.scores.first?.map(\.count), counts.count > 1,
            counts.allSatisfy({ $0 > 0 })
        else { return nil }
        documents = counts.count
        let size = Double(counts.count)
        let examples = Double(counts.reduce(0, +)) / size
        var estimate = 0.0
        /// What each document adds to the estimate, over the seeds.
        var ofDocuments = [Double](repeating: 0, count: counts.count)
        var variances: [(value: Double, degrees: Double)] = []
        for (weight, scores) in terms {
            let seeds = Double(scores.count)
            let sum = scores.reduce(0) { $0 + $1.reduce(0) { $0 + $1.sum } }
            let mean = sum / (seeds * size * examples)
            estimate += weight * mean
            // As far from the mean as each document is, by the number of its examples.
            let deviations = scores.map { seed in
                zip(seed, counts).map { weight * ($0.sum - mean * Double($1)) / examples }
            }
            let bySeed = deviations.map { $0.reduce(0, +) / size }
            let byDocument = counts.indices.map { d in deviations.reduce(0) { $0 + $1[d] } / seeds }
            for d in ofDocuments.indices { ofDocuments[d] += byDocument[d] }
            guard scores.count > 1 else { continue }
            let betweenSeeds = size * bySeed.reduce(0) { $0 + $1 * $1 } / (seeds - 1)
            var rest = 0.0
            for (own, mean) in zip(deviations, bySeed) {
                for (value, document) in zip(own, byDocument) {
                    rest += (value - mean - document) * (value - mean - document)
                }
            }
            let restDegrees = (seeds - 1) * (size - 1)
            rest /= restDegrees
            // What seeds seem to vary by less than what is left over is nothing.
            guard betweenSeeds > rest else { continue }
            variances.append((betweenSeeds / (size * seeds), seeds - 1))
            variances.append((-rest / (size * seeds), restDegrees))
        }
        let betweenDocuments = ofDocuments.reduce(0) { $0 + $1 * $1 } / (size - 1)
        variances.append((betweenDocuments / size, size - 1))
        let variance = variances.reduce(0) { $0 + $1.value }
        let uncertainty = variances.reduce(0) { $0 + $1.value * $1.value / $1.degrees }
        guard estimate.isFinite, uncertainty.isFinite else { return nil }
        self.estimate = estimate
        standardError = max(0, variance).squareRoot()
        // Less is not known than what is known least of.
        let least = variances.filter { $0.value > 0 }.map(\.degrees).min() ?? 0
        degrees = variance > 0 && uncertainty > 0 ? max(least, variance * variance / uncertainty) : nil
    }

    /// 95%
    package var interval: ClosedRange<Double> {
        let half = degrees.map { StudentT.critical(degrees: $0) * standardError } ?? 0
        return estimate - half...estimate + half
    }

    /// Two-sided, of no difference. Not below that of so many documents' signs being all the same by chance: as few as
    /// agree to the last digit prove nothing.
    package var pValue: Double {
        guard estimate != 0 else { return 1 }
        let signs = pow(2, 1 - Double(documents))
        guard let degrees, standardError > 0 else { return signs }
        return max(signs, StudentT.pValue(estimate / standardError, degrees: degrees))
    }
}

extension Contrast {
    /// first − second; [seed][document] of each
    package init?(_ first: [[Statistics.Cluster]], against second: [[Statistics.Cluster]]) {
        self.init([(1, first), (-1, second)])
    }
}
