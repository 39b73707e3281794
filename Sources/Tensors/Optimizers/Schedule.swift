import Foundation

/// How the learning rate moves over a run, as a factor of its peak.
public struct Schedule: Codable, Equatable, Sendable {
    public enum Shape: String, Codable, Sendable {
        case constant, cosine, linear
    }

    public var shape: Shape
    /// Steps over which the rate rises from 0.
    public var warmUp: Int
    /// The last part of the run over which it falls, between 0 and 1.
    public var decay: Double
    /// The factor it falls to.
    public var floor: Double

    public init(shape: Shape = .constant, warmUp: Int = 0, decay: Double = 1, floor: Double = 0) {
        self.shape = shape
        self.warmUp = warmUp
        self.decay = decay
        self.floor = floor
    }

    /// The factor at a step (from 0) of a run of `total` steps.
    public func factor(step: Int, of total: Int) -> Double {
        let rise = warmUp > 0 ? min(1, Double(step + 1) / Double(warmUp)) : 1
        let left = Double(total - step) / max(1, decay * Double(total))
        guard left < 1 else { return rise }
        switch shape {
        case .constant: return rise
        case .linear: return rise * (floor + (1 - floor) * left)
        case .cosine: return rise * (floor + (1 - floor) * 0.5 * (1 - cos(Double.pi * left)))
        }
    }
}
