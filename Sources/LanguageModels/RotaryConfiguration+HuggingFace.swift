import Foundation

/// Reading and writing the rotary fields of a `config.json`.
extension RotaryConfiguration {
    /// Both dialects: `rope_theta` beside `rope_scaling` (with `type` or `rope_type`), and
    /// transformers 5's `rope_parameters`.
    /// - Parameter trainedLength: `max_position_embeddings`
    init(_ config: JSONFields, trainedLength: Int) throws {
        let scalingField = config.isEmpty("rope_scaling") ? "rope_parameters" : "rope_scaling"
        let rope = config.nested(scalingField)
        if rope == nil, !config.isEmpty(scalingField) {
            throw config.refusal(scalingField, supported: "an object")
        }
        let fields = rope ?? JSONFields(file: config.file, object: [:])
        if fields.nested("full_attention") != nil || fields.nested("sliding_attention") != nil {
            throw config.refusal(scalingField, supported: "the same for all layers")
        }
        if try fields.finite("partial_rotary_factor", default: 1) != 1 {
            throw fields.refusal("partial_rotary_factor", supported: "1")
        }
        // Whichever of the three places says it; a file that was converted by hand may say it twice.
        let said = [config, config.nested("rope_scaling"), config.nested("rope_parameters")]
            .compactMap { $0 }.filter { !$0.isAbsent("rope_theta") }
        let thetas = try said.map { try $0.finite("rope_theta", default: 10_000) }
        let base = thetas.first ?? 10_000
        if let other = thetas.first(where: { $0 != base }) {
            throw ModelError.badConfiguration(
                file: config.file, reason: "rope_theta is \(base) in one place and \(other) in another")
        }
        theta = base
        try Self.requireOneType(config)
        guard theta > 1 else {
            throw ModelError.badConfiguration(
                file: config.file, reason: "rope_theta is \(theta), not above 1")
        }
        let type = fields.value("rope_type") as? String ?? fields.value("type") as? String ?? "default"
        // Some files say it beside the scaling, and that one counts.
        let original = try config.finite(
            "original_max_position_embeddings",
            default: fields.finite("original_max_position_embeddings", default: Double(trainedLength)))
        func positive(_ name: String) throws -> Double {
            guard let number = fields.number(name), number.isFinite, number > 0 else {
                throw ModelError.badConfiguration(
                    file: config.file,
                    reason: "\(scalingField).\(name) is \(fields.shown(name)), not a positive number")
            }
            return number
        }
        switch type {
        case "default":
            scaling = .none
        case "linear":
            scaling = .linear(factor: try positive("factor"))
        case "dynamic":
            scaling = .dynamic(factor: try positive("factor"), trainedLength: Double(trainedLength))
        case "llama3":
            scaling = .llama3(
                factor: try positive("factor"), lowFrequency: try positive("low_freq_factor"),
                highFrequency: try positive("high_freq_factor"), originalLength: original)
        case "yarn":
            let factor =
                try fields.isAbsent("factor") ? Double(trainedLength) / original : positive("factor")
            scaling = .yarn(
                factor: factor, betaFast: try fields.finite("beta_fast", default: 32),
                betaSlow: try fields.finite("beta_slow", default: 1), originalLength: original,
                attention: try Self.yarnAmplitude(fields, factor: factor),
                truncate: try fields.flag("truncate", default: true))
        case let other:
            throw ModelError.unsupported(
                file: config.file, field: "rope_type", found: other,
                supported: "default, linear, dynamic, yarn, llama3")
        }
        let isSound = frequencies(headDim: 64, length: trainedLength).allSatisfy { $0.isFinite && $0 > 0 }
        guard original > 0, amplitude.isFinite, isSound else {
            throw ModelError.badConfiguration(
                file: config.file, reason: "\(scalingField) gives frequencies that are no positive numbers")
        }
    }

    /// Refuses `rope_scaling` and `rope_parameters` that ask for different scalings.
    private static func requireOneType(_ config: JSONFields) throws {
        let types = ["rope_scaling", "rope_parameters"].compactMap { name -> (String, String)? in
            guard !config.isEmpty(name), let fields = config.nested(name) else { return nil }
            let type = fields.value("rope_type") as? String ?? fields.value("type") as? String
            return type.map { (name, $0) }
        }
        guard types.count == 2, types[0].1 != types[1].1 else { return }
        throw ModelError.badConfiguration(
            file: config.file,
            reason: "\(types[0].0) asks for \(types[0].1) and \(types[1].0) for \(types[1].1); remove one")
    }

    private static func yarnAmplitude(_ fields: JSONFields, factor: Double) throws -> Double {
        func scale(_ weight: Double) -> Double { factor <= 1 ? 1 : 0.1 * weight * log(factor) + 1 }
        if !fields.isAbsent("attention_factor") {
            return try fields.finite("attention_factor", default: 1)
        }
        let numerator = try fields.finite("mscale", default: 0)
        let denominator = try fields.finite("mscale_all_dim", default: 0)
        return numerator != 0 && denominator != 0 ? scale(numerator) / scale(denominator) : scale(1)
    }

    /// The scaling as `rope_scaling`; nil where there is none.
    var huggingFace: [String: Any]? {
        switch scaling {
        case .none: nil
        case .linear(let factor): ["rope_type": "linear", "factor": factor]
        case .dynamic(let factor, _): ["rope_type": "dynamic", "factor": factor]
        case .llama3(let factor, let low, let high, let length):
            [
                "rope_type": "llama3", "factor": factor, "low_freq_factor": low, "high_freq_factor": high,
                "original_max_position_embeddings": length,
            ]
        case .factors(let factors):
            [
                "rope_type": "longrope", "short_factor": factors, "long_factor": factors,
                "attention_factor": 1,
            ]
        case .yarn(let factor, let betaFast, let betaSlow, let length, let attention, let truncate):
            [
                "rope_type": "yarn", "factor": factor, "beta_fast": betaFast, "beta_slow": betaSlow,
                "original_max_position_embeddings": length, "attention_factor": attention,
                "truncate": truncate,
            ]
        }
    }
}
