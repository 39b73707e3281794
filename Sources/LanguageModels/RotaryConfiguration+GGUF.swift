import Foundation
import GGUF
import Tensors

/// Reading the rotary fields of a GGUF file, and the tensors that belong to them.
extension RotaryConfiguration {
    init(_ fields: GGUFFields, headDim: Int) throws {
        self.init(theta: try fields.aboveZero("rope.freq_base", default: 10_000))
        let turned = try fields.positive("rope.dimension_count", default: headDim)
        guard turned <= headDim, turned % 2 == 0 else {
            throw fields.refusal(
                "rope.dimension_count", found: "\(turned)", supported: "even numbers up to \(headDim)")
        }
        if turned < headDim {
            // The nearest quotient may be a little less.
            let share = Double(turned) / Double(headDim)
            turnedShare = Int(share * Double(headDim)) == turned ? share : share.nextUp
        }
        let pairs = turned / 2
        // 0 is as good as nothing to llama.cpp, and no type is a linear one.
        let said = try fields.number("rope.scaling.factor", default: 0)
        let factor = said == 0 ? 1 : said
        let named = fields.text("rope.scaling.type") ?? "linear"
        let type = named == "linear" && factor == 1 ? "none" : named
        let original = try fields.aboveZero(
            "rope.scaling.original_context_length", default: fields.number("context_length", default: 0))
        let attention = try fields.aboveZero("rope.scaling.attn_factor", default: 1)
        let factors = try fields.factors(GGUFFile.rotaryFactors, count: pairs)
        let (short, long) = (
            try fields.factors(GGUFFile.shortFactors, count: pairs),
            try fields.factors(GGUFFile.longFactors, count: pairs)
        )
        switch type {
        case "none", "longrope":
            if let short, let long {
                scaling = .longRoPE(
                    short: short, long: long, originalLength: original, attention: attention)
            } else if let factors {
                scaling = .factors(factors)
            } else if type == "longrope" || short != nil || long != nil {
                throw ModelError.missingTensor(
                    folder: fields.gguf.url.path,
                    name: long == nil ? GGUFFile.longFactors : GGUFFile.shortFactors)
            }
        case "linear": scaling = .linear(factor: factor)
        case "yarn":
            scaling = .yarn(
                factor: factor, betaFast: try fields.number("rope.scaling.yarn_beta_fast", default: 32),
                betaSlow: try fields.number("rope.scaling.yarn_beta_slow", default: 1),
                originalLength: original,
                attention: try fields.number(
                    "rope.scaling.attn_factor", default: factor <= 1 ? 1 : 0.1 * log(factor) + 1),
                truncate: true)
        case let other:
            throw fields.refusal(
                "rope.scaling.type", found: "'\(other)'", supported: "none, linear, yarn, longrope")
        }
        let hasOthers = [factors, short, long].contains { $0 != nil }
        guard !hasOthers || ["none", "longrope"].contains(type), short == nil || factors == nil else {
            throw ModelError.badConfiguration(
                file: fields.gguf.url.path,
                reason: "it holds factors of angles beside those that rope.scaling.type, '\(type)', asks for")
        }
        guard frequencies(headDim: headDim).allSatisfy({ $0.isFinite && $0 > 0 }), amplitude.isFinite else {
            throw ModelError.badConfiguration(
                file: fields.gguf.url.path, reason: "rope gives frequencies that are no positive numbers")
        }
    }
}
