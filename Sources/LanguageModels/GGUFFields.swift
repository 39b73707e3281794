import GGUF
import Tensors

/// The fields that a GGUF file's architecture has, by their names behind its own.
struct GGUFFields {
    static let architecture = "general.architecture"

    /// Fields that change results, where they are there and not 0, and that most architectures lack.
    static let changing = [
        "attention.sliding_window", "attn_logit_softcapping", "final_logit_softcapping",
        "attention.clamp_kqv",
        "embedding_scale", "residual_scale", "attention.scale", "logit_scale",
    ]

    let gguf: GGUFFile
    private let prefix: String

    init(_ gguf: GGUFFile) {
        self.gguf = gguf
        prefix = (gguf.metadata.text(Self.architecture) ?? "") + "."
    }

    func refusal(_ field: String, found: String, supported: String) -> GGUFError {
        .unsupported(
            file: gguf.url.path, field: field == Self.architecture ? field : prefix + field, found: found,
            supported: supported)
    }

    private func bad(_ field: String, _ expected: String) -> ModelError {
        let found = gguf.metadata[prefix + field].map(Self.shown) ?? "missing"
        return .badConfiguration(
            file: gguf.url.path, reason: "\(prefix)\(field) is \(found), expected \(expected)")
    }

    func text(_ field: String) -> String? { gguf.metadata.text(prefix + field) }

    func positive(_ field: String, default fallback: Int? = nil) throws -> Int {
        if gguf.metadata[prefix + field] == nil, let fallback { return fallback }
        guard let value = gguf.metadata.integer(prefix + field), 1..<1 << 31 ~= value else {
            throw bad(field, "a whole number of 1 or more, the same for all layers")
        }
        return value
    }

    func number(_ field: String, default fallback: Double) throws -> Double {
        guard gguf.metadata[prefix + field] != nil else { return fallback }
        guard let value = gguf.metadata.number(prefix + field), value.isFinite else {
            throw bad(field, "a finite number")
        }
        return value
    }

    /// A number above 0.
    func aboveZero(_ field: String, default fallback: Double) throws -> Double {
        let value = try number(field, default: fallback)
        guard value > 0 else { throw bad(field, "a number above 0") }
        return value
    }

    /// Refuses a field that is there with another value.
    func require(_ field: String, _ value: Int) throws {
        guard let found = gguf.metadata[prefix + field], gguf.metadata.number(prefix + field) != Double(value)
        else { return }
        throw refusal(field, found: Self.shown(found), supported: "\(value)")
    }

    /// Refuses a switch that is there and stands otherwise.
    func require(_ field: String, _ value: Bool) throws {
        guard let found = gguf.metadata[prefix + field], found != .flag(value) else { return }
        throw refusal(field, found: Self.shown(found), supported: "\(value)")
    }

    private static func shown(_ value: GGUFMetadata.Value) -> String {
        switch value {
        case .integer(let value): "\(value)"
        case .number(let value): "\(value)"
        case .flag(let value): "\(value)"
        case .text(let value): "'\(value)'"
        case .list(let values): "a list of \(values.count)"
        }
    }

    // MARK: - Windows

    /// How many positions a windowed layer sees; nil where the file says none, or 0.
    var window: Int? {
        get throws {
            let field = "attention.sliding_window"
            guard gguf.metadata[prefix + field] != nil, gguf.metadata.integer(prefix + field) != 0 else {
                return nil
            }
            return try positive(field)
        }
    }

    /// Layers with a window: a flag for each says so, or a period, whose last layer has none.
    func windowedLayers(of layers: Int, period fallback: Int) throws -> [Int] {
        let field = "attention.sliding_window_pattern"
        guard case .list(let values)? = gguf.metadata[prefix + field] else {
            let period = try positive(field, default: fallback)
            return (0..<layers).filter { $0 % period < period - 1 }
        }
        let flags = values.compactMap { if case .flag(let flag) = $0 { flag } else { nil } }
        guard flags.count == layers, values.count == layers else {
            throw bad(field, "a period, or true or false for each of \(layers) layers")
        }
        return flags.indices.filter { flags[$0] }
    }

    // MARK: - Tensors of the configuration

    /// Factors of the pairs of a head that turn; nil where there is no such tensor.
    func factors(_ name: String, count: Int) throws -> [Double]? {
        guard let factors = gguf.tensor(name)?.values else { return nil }
        guard factors.count == count, factors.allSatisfy({ $0 > 0 && $0.isFinite }) else {
            throw ModelError.badConfiguration(
                file: gguf.url.path, reason: "\(name) is not \(count) positive numbers")
        }
        return factors.map { Double($0) }
    }
}
