import Foundation

/// Student's t distribution; its degrees of freedom need not be whole.
package enum StudentT {
    /// How often a t is at least as far from 0, on either side.
    package static func pValue(_ t: Double, degrees: Double) -> Double {
        guard t.isFinite else { return 0 }
        return incompleteBeta(degrees / (degrees + t * t), degrees / 2, 0.5)
    }

    /// The t that is left behind in 95 of 100 cases, on both sides.
    package static func critical(degrees: Double) -> Double {
        var (low, high) = (0.0, 2.0)
        while pValue(high, degrees: degrees) > 0.05, high < 1e300 { high *= 2 }
        for _ in 0..<200 where low < high {
            let middle = (low + high) / 2
            if pValue(middle, degrees: degrees) > 0.05 { low = middle } else { high = middle }
        }
        return (low + high) / 2
    }

    /// The regularised incomplete beta function, by its continued fraction (Press et al. 2007, 6.4).
    private static func incompleteBeta(_ x: Double, _ a: Double, _ b: Double) -> Double {
        guard x > 0 else { return 0 }
        guard x < 1 else { return 1 }
        let factor = exp(lgamma(a + b) - lgamma(a) - lgamma(b) + a * log(x) + b * log1p(-x))
        // The fraction converges fast on this side alone.
        return x < (a + 1) / (a + b + 2)
            ? factor * betaFraction(x, a, b) / a : 1 - factor * betaFraction(1 - x, b, a) / b
    }

    /// Lentz's method.
    private static func betaFraction(_ x: Double, _ a: Double, _ b: Double) -> Double {
        func away(_ value: Double) -> Double { abs(value) < 1e-300 ? 1e-300 : value }
        var c = 1.0
        var d = 1 / away(1 - (a + b) * x / (a + 1))
        var result = d
        for step in 1...10_000 {
            let m = Double(step)
            for numerator in [
                m * (b - m) * x / ((a + 2 * m - 1) * (a + 2 * m)),
                -(a + m) * (a + b + m) * x / ((a + 2 * m) * (a + 2 * m + 1)),
            ] {
                d = 1 / away(1 + numerator * d)
                c = away(1 + numerator / c)
                result *= d * c
            }
            if abs(d * c - 1) < 1e-15 { break }
        }
        return result
    }
}
