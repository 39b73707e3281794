import Foundation

/// Reading and writing the rotary fields of a `config.json`.
extension RotaryConfiguration {
    /// Both dialects: `rope_theta` beside `rope_scaling` (with `type` or `rope_type`), and
    /// transformers 5's `rope_parameters`.
    /// - Parameters:
    ///   - configuration: whose `max_position_embeddings` and heads are known
    ///   - fallback: the base of the angles where the file says none
    init(_ config: JSONFields, for configuration: ModelConfiguration, theta fallback: Double) throws {
        let (architecture, trainedLength) = (configuration.architecture, configuration.trainedLength)
        let scalingField = config.isEmpty("rope_scaling") ? "rope_parameters" : "rope_scaling"
        let rope = config.nested(scalingField)
        if rope == nil, !config.isEmpty(scalingField) {
            throw config.refusal(scalingField, supported: "an object")
        }
        let fields = rope ?? JSONFields(file: config.file, object: [:])
        if fields.nested("full_attention") != nil || fields.nested("sliding_attention") != nil {
            throw config.refusal(scalingField, supported: "the same for all layers")
        }
        for place in [config, fields] where !place.isAbsent("partial_rotary_factor") {
            let share = try place.finite("partial_rotary_factor", default: 1)
            let width = Double(configuration.headDim) * share
            guard
                share == 1 || architecture.turnsPartOfHeads && share < 1 && width >= 2 && Int(width) % 2 == 0
            else {
                throw place.refusal(
                    "partial_rotary_factor",
                    supported: architecture.turnsPartOfHeads ? "a share of heads in pairs" : "1")
            }
            if share != 1 { turnedShare = share }
        }
        // Whichever of the three places says it; a file that was converted by hand may say it twice.
        let said = [config, config.nested("rope_scaling"), config.nested("rope_parameters")]
            .compactMap { $0 }.filter { !$0.isAbsent("rope_theta") }
        let thetas = try said.map { try $0.finite("rope_theta", default: fallback) }
        let base = thetas.first ?? fallback
        if let other = thetas.first(where: { $0 != base }) {
            throw ModelError.badConfiguration(
                file: config.file, reason: "rope_theta is \(base) in one place and \(other) in another")
        }
        theta = base
        scaling = .none
        try Self.requireOneType(config)
        guard theta > 1 else {
            throw ModelError.badConfiguration(
                file: config.file, reason: "rope_theta is \(theta), not above 1")
        }
        let named = fields.value("rope_type") as? String ?? fields.value("type") as? String ?? "default"
        let type = architecture.scalingAliases[named] ?? named
        // Some files say it beside the scaling, and that one counts.
        let original = try config.finite(
            "original_max_position_embeddings",
            default: fields.finite(
                "original_max_position_embeddings",
                default: Double(architecture.fallbacks.originalLength ?? trainedLength)))
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
            break
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
        case "longrope":
            let pairs = turnedWidth(headDim: configuration.headDim) / 2
            guard let short = fields.positives("short_factor"), let long = fields.positives("long_factor"),
                short.count == pairs, long.count == pairs
            else {
                throw ModelError.badConfiguration(
                    file: config.file,
                    reason:
                        "rope_type is longrope, whose short_factor and long_factor must be \(pairs) positive "
                        + "numbers each")
            }
            let factor =
                try fields.isAbsent("factor") ? Double(trainedLength) / original : positive("factor")
            scaling = .longRoPE(
                short: short, long: long, originalLength: original,
                attention: try fields.finite(
                    "attention_factor",
                    default: factor <= 1 ? 1 : (1 + log(factor) / log(original)).squareRoot()))
        case let other:
            throw ModelError.unsupported(
                file: config.file, field: "rope_type", found: other,
                supported: "default, linear, dynamic, yarn, llama3, longrope")
        }
        let isSound = frequencies(headDim: configuration.headDim, length: trainedLength)
            .allSatisfy { $0.isFinite && $0 > 0 }
        guard original > 0, amplitude.isFinite, isSound else {
            throw ModelError.badConfiguration(
                file: config.file, reason: "\(scalingField) gives frequencies that are no positive numbers")
        }
    }

    /// The two in one where windowed layers turn in their own way: transformers 5 has both in `rope_parameters`, others
    /// `rope_local_base_freq` beside what is said for the rest.
    static func ofLayers(
        _ config: JSONFields, for configuration: ModelConfiguration
    ) throws -> (all: RotaryConfiguration, windowed: RotaryConfiguration?) {
        let fallback = configuration.architecture.fallbacks.theta
        guard let windowedTheta = configuration.architecture.windowedTheta else {
            return (try RotaryConfiguration(config, for: configuration, theta: fallback), nil)
        }
        let parts = config.nested("rope_parameters")
        let (full, sliding) = (parts?.nested("full_attention"), parts?.nested("sliding_attention"))
        guard full != nil || sliding != nil else {
            return (
                try RotaryConfiguration(config, for: configuration, theta: fallback),
                RotaryConfiguration(theta: try config.finite("rope_local_base_freq", default: windowedTheta))
            )
        }
        func part(_ name: String) -> JSONFields {
            config.replacing(["rope_theta": nil, "rope_parameters": parts?.value(name)])
        }
        return (
            try RotaryConfiguration(part("full_attention"), for: configuration, theta: fallback),
            try RotaryConfiguration(
                part("sliding_attention").replacing(["rope_scaling": nil]), for: configuration,
                theta: windowedTheta)
        )
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
        case .longRoPE(let short, let long, let length, let attention):
            [
                "rope_type": "longrope", "short_factor": short, "long_factor": long,
                "original_max_position_embeddings": length, "attention_factor": attention,
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
