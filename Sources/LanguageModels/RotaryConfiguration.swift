import Foundation

/// Rotary frequencies and how they are scaled beyond the length a model was trained for.
///
/// Formulas as in transformers' `modeling_rope_utils`.
public struct RotaryConfiguration: Codable, Equatable, Sendable {
    public enum Scaling: Codable, Equatable, Sendable {
        case none
        case linear(factor: Double)
        case llama3(factor: Double, lowFrequency: Double, highFrequency: Double, originalLength: Double)
        case yarn(
            factor: Double, betaFast: Double, betaSlow: Double, originalLength: Double,
            attention: Double)
    }

    public var theta: Double
    public var scaling: Scaling

    public init(theta: Double = 10_000, scaling: Scaling = .none) {
        self.theta = theta
        self.scaling = scaling
    }

    /// Both dialects: `rope_theta` beside `rope_scaling`, and transformers 5's `rope_parameters`.
    init(_ config: JSONFields) throws {
        let parameters = config.nested("rope_parameters") ?? config.nested("rope_scaling")
        theta = parameters?.number("rope_theta") ?? config.number("rope_theta") ?? 10_000
        let type = parameters?.value("rope_type") as? String ?? parameters?.value("type") as? String
        let factor = parameters?.number("factor") ?? 1
        let length =
            parameters?.number("original_max_position_embeddings")
            ?? config.number("max_position_embeddings") ?? 2048
        switch type ?? "default" {
        case "default":
            scaling = .none
        case "linear":
            scaling = .linear(factor: factor)
        case "llama3":
            scaling = .llama3(
                factor: factor, lowFrequency: parameters?.number("low_freq_factor") ?? 1,
                highFrequency: parameters?.number("high_freq_factor") ?? 4, originalLength: length)
        case "yarn":
            scaling = .yarn(
                factor: factor, betaFast: parameters?.number("beta_fast") ?? 32,
                betaSlow: parameters?.number("beta_slow") ?? 1, originalLength: length,
                attention: parameters?.number("attention_factor") ?? (0.1 * log(factor) + 1))
        case let other:
            throw ModelError.unsupported(
                file: config.file, field: "rope_type", found: other,
                supported: "default, linear, llama3, yarn")
        }
    }

    /// What cosines and sines are multiplied by.
    public var amplitude: Double {
        if case .yarn(_, _, _, _, let attention) = scaling { attention } else { 1 }
    }

    /// Radians a position for each pair of a head; [headDim / 2]
    public func frequencies(headDim: Int) -> [Double] {
        let half = headDim / 2
        let plain = (0..<half).map { pow(theta, -2 * Double($0) / Double(headDim)) }
        switch scaling {
        case .none:
            return plain
        case .linear(let factor):
            return plain.map { $0 / factor }
        case .llama3(let factor, let low, let high, let length):
            return plain.map { frequency in
                let wavelength = 2 * Double.pi / frequency
                if wavelength < length / high { return frequency }
                if wavelength > length / low { return frequency / factor }
                let smooth = (length / wavelength - low) / (high - low)
                return (1 - smooth) * frequency / factor + smooth * frequency
            }
        case .yarn(let factor, let betaFast, let betaSlow, let length, _):
            func dimension(_ rotations: Double) -> Double {
                Double(headDim) * log(length / (rotations * 2 * Double.pi)) / (2 * log(theta))
            }
            let low = max(0, dimension(betaFast).rounded(.down))
            let high = min(Double(headDim - 1), dimension(betaSlow).rounded(.up))
            return plain.enumerated().map { i, frequency in
                let ramp = min(1, max(0, (Double(i) - low) / max(0.001, high - low)))
                return frequency / factor * ramp + frequency * (1 - ramp)
            }
        }
    }
}
