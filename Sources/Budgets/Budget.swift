/// How much of a context may be kept, in decoder positions: a share of its tokens or a number.
///
/// The one meaning of a budget from the command line to the store: positions that the decoder holds of
/// the context. The begin token, the prompt and worked examples are outside of it.
public enum Budget: Hashable, Sendable {
    /// ⌈tokens ÷ ratio⌉ positions.
    case ratio(Ratio)
    /// As many positions, whatever the context's length; at least 1.
    case positions(Int)

    /// The whole context.
    public static let whole = Budget.ratio(.one)

    /// Decoder positions that a context of `tokens` tokens may keep; never more than it has.
    public func positions(for tokens: Int) -> Int {
        switch self {
        case .ratio(let ratio): ratio.budget(for: tokens)
        case .positions(let count): min(count, tokens)
        }
    }

    /// The ratio that it comes to for a context of `tokens` tokens.
    public func ratio(for tokens: Int) -> Ratio {
        switch self {
        case .ratio(let ratio): ratio
        case .positions(let count): Ratio(Double(tokens) / Double(count)) ?? .one
        }
    }

    /// Consecutive windows of about the same length, one a kept position; together all tokens.
    public func windows(of tokens: Int) -> [Range<Int>] {
        (0..<positions(for: tokens)).map { window($0, of: tokens) }
    }

    /// The window of one kept position, without making the others.
    public func window(_ index: Int, of tokens: Int) -> Range<Int> {
        switch self {
        case .ratio(let ratio): return ratio.window(index, of: tokens)
        case .positions(let most):
            let count = min(most, tokens)
            return index * tokens / count..<(index + 1) * tokens / count
        }
    }
}

extension Budget: CustomStringConvertible {
    /// `16x` or `64 positions`
    public var description: String {
        switch self {
        case .ratio(let ratio): "\(ratio)x"
        case .positions(let count): count == 1 ? "1 position" : "\(count) positions"
        }
    }
}

extension Budget: Comparable {
    /// From what keeps much to what keeps little; ratios before numbers of positions.
    public static func < (a: Budget, b: Budget) -> Bool {
        switch (a, b) {
        case (.ratio(let x), .ratio(let y)): x < y
        case (.positions(let x), .positions(let y)): x > y
        case (.ratio, .positions): true
        case (.positions, .ratio): false
        }
    }
}

extension Budget: Codable {
    private enum Key: String, CodingKey { case ratio, positions }

    /// `{"ratio": 16}` or `{"positions": 64}`
    public func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: Key.self)
        switch self {
        case .ratio(let ratio): try container.encode(ratio.value, forKey: .ratio)
        case .positions(let count): try container.encode(count, forKey: .positions)
        }
    }

    /// - Throws: `DecodingError` for a ratio below 1 or positions below 1
    public init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: Key.self)
        if let count = try container.decodeIfPresent(Int.self, forKey: .positions), count > 0 {
            self = .positions(count)
        } else if let ratio = Ratio(try container.decode(Double.self, forKey: .ratio)) {
            self = .ratio(ratio)
        } else {
            throw DecodingError.dataCorruptedError(
                forKey: .ratio, in: container, debugDescription: "a budget is a ratio of at least 1")
        }
    }
}

extension Budget {
    /// As stores and exports have it: one of the two.
    package init(ratio: Double?, positions: Int?) {
        self = positions.map(Budget.positions) ?? .ratio(ratio.flatMap(Ratio.init) ?? .one)
    }

    package var ratioValue: Double? {
        switch self {
        case .ratio(let ratio): ratio.value
        case .positions: nil
        }
    }

    package var positionsValue: Int? {
        switch self {
        case .ratio: nil
        case .positions(let count): count
        }
    }
}
