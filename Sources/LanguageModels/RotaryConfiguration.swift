import Foundation

/// Rotary frequencies and how they are scaled beyond the length a model was trained for.
///
/// Formulas as in transformers' `modeling_rope_utils`.
public struct RotaryConfiguration: Codable, Equatable, Sendable {
    public enum Scaling: Codable, Equatable, Sendable {
        case none
        case linear(factor: Double)
        /// NTK-aware (Reddit users bloc97 and emozilla): a longer sequence has a larger base.
        case dynamic(factor: Double, trainedLength: Double)
        case llama3(factor: Double, lowFrequency: Double, highFrequency: Double, originalLength: Double)
        /// Each pair of a head turns slower by a factor of its own, as GGUF files keep Llama 3's.
        case factors([Double])
        /// Ding et al. 2024: the same by other factors in sequences that are longer than at first. `attention` multiplies
        /// cosines and sines.
        case longRoPE(short: [Double], long: [Double], originalLength: Double, attention: Double)
        /// Peng et al. 2023. `attention` multiplies cosines and sines; `truncate` rounds the bounds of
        /// the ramp to whole pairs.
        case yarn(
            factor: Double, betaFast: Double, betaSlow: Double, originalLength: Double,
            attention: Double, truncate: Bool)
    }

    public var theta: Double
    public var scaling: Scaling
    /// The share of each head, from its first element on, that turns; nil for all of it.
    public var turnedShare: Double?

    public init(theta: Double = 10_000, scaling: Scaling = .none, turnedShare: Double? = nil) {
        self.theta = theta
        self.scaling = scaling
        self.turnedShare = turnedShare
    }

    /// What cosines and sines are multiplied by.
    public var amplitude: Double {
        switch scaling {
        case .none, .linear, .dynamic, .llama3, .factors: 1
        case .longRoPE(_, _, _, let attention), .yarn(_, _, _, _, let attention, _): attention
        }
    }

    /// The length from which on frequencies follow the length of the sequence; nil where they never do.
    var dynamicFrom: Int? {
        switch scaling {
        case .none, .linear, .llama3, .factors, .yarn: nil
        case .dynamic(_, let length), .longRoPE(_, _, let length, _): Int(length)
        }
    }

    /// Elements of a head that turn.
    func turnedWidth(headDim: Int) -> Int { turnedShare.map { Int(Double(headDim) * $0) } ?? headDim }

    /// The longest sequence that the scaling is made for.
    var reach: Int {
        switch scaling {
        case .none, .linear, .llama3, .factors, .longRoPE: 0
        case .dynamic(let factor, let length), .yarn(let factor, _, _, let length, _, _):
            Int(min(factor * length, 0x1p40))
        }
    }

    /// Radians a position for each pair of a head that turns; [headDim / 2], or fewer where a share of it does
    /// - Parameter length: tokens of the sequence, where frequencies follow it
    public func frequencies(headDim: Int, length: Int = 0) -> [Double] {
        let headDim = turnedWidth(headDim: headDim)
        let half = headDim / 2
        func powers(of base: Double) -> [Double] {
            (0..<half).map { pow(base, -2 * Double($0) / Double(headDim)) }
        }
        let plain = powers(of: theta)
        switch scaling {
        case .none:
            return plain
        case .linear(let factor):
            return plain.map { $0 / factor }
        case .factors(let factors):
            return zip(plain, factors).map { $0 / $1 }
        case .longRoPE(let short, let long, let original, _):
            return zip(plain, Double(length) > original ? long : short).map { $0 / $1 }
        case .dynamic(let factor, let trained):
            let stretch = factor * max(Double(length), trained) / trained - (factor - 1)
            return powers(of: theta * pow(stretch, Double(headDim) / Double(headDim - 2)))
        case .llama3(let factor, let low, let high, let length):
            return plain.map { frequency in
                let wavelength = 2 * Double.pi / frequency
                if wavelength < length / high { return frequency }
                if wavelength > length / low { return frequency / factor }
                let smooth = (length / wavelength - low) / (high - low)
                return (1 - smooth) * frequency / factor + smooth * frequency
            }
        case .yarn(let factor, let betaFast, let betaSlow, let length, _, let truncate):
            func dimension(_ rotations: Double) -> Double {
                Double(headDim) * log(length / (rotations * 2 * Double.pi)) / (2 * log(theta))
            }
            let (fast, slow) = (dimension(betaFast), dimension(betaSlow))
            let low = max(0, truncate ? fast.rounded(.down) : fast)
            let high = min(Double(headDim - 1), truncate ? slow.rounded(.up) : slow)
            let width = low == high ? 0.001 : high - low
            return plain.enumerated().map { i, frequency in
                let ramp = min(1, max(0, (Double(i) - low) / width))
                return frequency / factor * ramp + frequency * (1 - ramp)
            }
        }
    }
}
