import Foundation

extension SeededGenerator {
    /// A normally distributed number of mean 0 and deviation 1 (Box-Muller, one of the pair).
    public mutating func normal() -> Double {
        let radius = (-2 * log(1 - unit())).squareRoot()
        return radius * cos(2 * Double.pi * unit())
    }
}
