/// Which projections a low-rank adapter adds to, and how: what a recipe chooses.
public struct LowRankConfiguration: Codable, Equatable, Sendable {
    /// Rows of A, columns of B.
    public var rank: Int
    public var alpha: Double
    public var targets: Targets
    /// Whether additions are scaled by alpha ÷ √rank (Kalajdzievski 2023) and not by alpha ÷ rank.
    public var rslora: Bool?

    public static let largestRank = 1 << 16

    public init(rank: Int, alpha: Double, targets: Targets, rslora: Bool? = nil) {
        self.rank = rank
        self.alpha = alpha
        self.targets = targets
        self.rslora = rslora
    }

    /// What additions are multiplied by.
    public var scale: Float {
        Float(alpha / (rslora == true ? Double(rank).squareRoot() : Double(rank)))
    }

    /// Projections by the last parts of their names, or all that there are.
    public enum Targets: Codable, Equatable, Sendable {
        case named([String])
        case allLinear

        /// Whether a projection is one of them: PEFT's rule, the whole name or what follows a dot.
        func contain(_ projection: String) -> Bool {
            switch self {
            case .allLinear: true
            case .named(let names): names.contains { projection == $0 || projection.hasSuffix("." + $0) }
            }
        }

        public init(from decoder: any Decoder) throws {
            let value = try decoder.singleValueContainer()
            if let word = try? value.decode(String.self) {
                guard word == Self.allLinearWord else {
                    throw DecodingError.dataCorruptedError(
                        in: value, debugDescription: "'\(word)' is neither a list nor \(Self.allLinearWord)")
                }
                self = .allLinear
            } else {
                self = .named(try value.decode([String].self))
            }
        }

        public func encode(to encoder: any Encoder) throws {
            var value = encoder.singleValueContainer()
            switch self {
            case .allLinear: try value.encode(Self.allLinearWord)
            case .named(let names): try value.encode(names)
            }
        }

        static let allLinearWord = "all-linear"
    }
}
