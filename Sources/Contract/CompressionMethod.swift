import Budgets
import Tensors

/// A method with its parameters, as a grid runs it: one of Methods/, or a `Chain` of some.
public protocol ConfiguredMethod: Sendable {
    /// What it is with its parameters.
    var card: MethodCard { get }
    /// A canonical JSON text of the parameters.
    var parametersJSON: String { get }
    /// The card's name, with the parameters that differ from the defaults.
    var label: String { get }
    /// The names of the types whose code decides what it does.
    var types: [String] { get }

    /// How many tokens of a context the decoder reads at once, at most, while it is compressed and behind it: of a hard
    /// prompt what is kept, of everything else all of it.
    /// - Parameter kept: positions of the budget
    func tokensRead(of tokens: Int, keeping kept: Int) -> Int

    /// How often a context's tokens go through a model while it is compressed, about: what a grid's parts are made
    /// equal by.
    var passes: Double { get }

    /// What compresses for a cell: found and hashed, not opened yet.
    ///
    /// Usually one. Where several trained compressors fit, each is a cell of its own.
    /// - Throws: in one line, where something that it needs is missing
    func preparations(for demand: Demand, from resources: Resources) throws -> [any Preparation]
}

/// A way to make a context shorter for the decoder: the protocol that a file in Methods/ conforms to.
///
/// A method is a value made of its parameters. What it has to open (a trained compressor, a scorer, a
/// process) is a `Preparation`; a method without conforms to `DirectMethod` and writes one function.
public protocol CompressionMethod: ConfiguredMethod {
    /// Everything a user can choose; its initialiser gives the defaults.
    associatedtype Parameters: MethodParameters

    static var card: MethodCard { get }
    var parameters: Parameters { get }
    init(parameters: Parameters)
}

/// What a cell asks of its method.
public struct Demand: Sendable {
    /// What may be kept of each context.
    public let budget: Budget
    /// What the budget comes to over the cell's contexts.
    public let ratios: ClosedRange<Ratio>

    /// - Parameter tokens: the lengths of the cell's contexts
    public init(_ budget: Budget, contexts tokens: [Int] = []) {
        self.budget = budget
        let ratios = tokens.map(budget.ratio)
        let least = ratios.min() ?? budget.ratio(for: 1)
        self.ratios = least...(ratios.max() ?? least)
    }

    init(_ budget: Budget, ratios: ClosedRange<Ratio>) {
        self.budget = budget
        self.ratios = ratios
    }
}

/// Something that compresses, opened when a cell begins and closed when it ends.
///
/// Several threads compress with one at the same time.
public protocol Preparation: Sendable {
    /// What it opens, as part of the cell's identity; nil where parameters and code decide everything.
    var content: PreparedContent? { get }
    /// Opens it; called before the first `compress`, and again after a `close` where it is used again.
    func open() throws
    /// Compresses contexts, in order, each to at most `budget` positions.
    /// - Parameter c: where to compute; its observer, if any, wants to see attention
    func compress(_ contexts: [Context], in c: Computation) throws -> [Kept]
    /// Frees what `open` took.
    func close()
}

/// For what has nothing to open.
extension Preparation {
    public var content: PreparedContent? { nil }
    public func open() throws {}
    public func close() {}
}

/// What a preparation opens: two with one hash do the same.
public struct PreparedContent: Hashable, Sendable {
    /// For people, such as the compressor's name.
    public let name: String
    /// SHA-256 of everything that decides what it does.
    public let hash: String
    /// Whether it was trained for the method.
    public let isTrained: Bool
    /// Whether it is used at other ratios than those of its training.
    public let isBeyondTraining: Bool
    /// What a user should know before its results are believed, a line each.
    public let warnings: [String]

    /// - Parameter hash: of everything that decides what it does, 64 hexadecimal digits
    public init(
        name: String, hash: String, isTrained: Bool, isBeyondTraining: Bool = false, warnings: [String] = []
    ) {
        self.name = name
        self.hash = hash
        self.isTrained = isTrained
        self.isBeyondTraining = isBeyondTraining
        self.warnings = warnings
    }
}

/// A method that has nothing to open: one function of a context.
public protocol DirectMethod: CompressionMethod {
    /// Compresses one context to at most `context.budget` positions.
    func compress(_ context: Context) throws -> Kept
}

extension DirectMethod {
    /// One, with nothing to open.
    public func preparations(for demand: Demand, from resources: Resources) -> [any Preparation] {
        [DirectPreparation(method: self)]
    }
}

private struct DirectPreparation<Method: DirectMethod>: Preparation {
    let method: Method

    func compress(_ contexts: [Context], in c: Computation) throws -> [Kept] {
        try contexts.map(method.compress)
    }
}

/// Parameters of a method; every property has a default and is named as its users write it.
public protocol MethodParameters: Codable, Equatable, Sendable {
    init()
    /// The values that users may give each of its numbers, by name.
    static var ranges: [String: ClosedRange<Double>] { get }
}

/// For parameters without numbers.
extension MethodParameters {
    public static var ranges: [String: ClosedRange<Double>] { [:] }
}

/// For methods without a choice.
public struct NoParameters: MethodParameters {
    /// There is one value.
    public init() {}
}

extension ConfiguredMethod {
    public func tokensRead(of tokens: Int, keeping kept: Int) -> Int {
        switch (card.role, card.family) {
        case (.lower, _): 0
        case (nil, .hardPrompt): min(tokens, kept)
        case _: tokens
        }
    }

    public var passes: Double {
        switch (card.role, card.family) {
        case (.some, _): 0
        // Words are counted.
        case (nil, .hardPrompt): 0.1
        case _: 1
        }
    }

    /// The one that fits best, for whoever wants one.
    /// - Throws: `ContractError` where there is none
    public func preparation(for demand: Demand, from resources: Resources) throws -> any Preparation {
        guard let first = try preparations(for: demand, from: resources).first else {
            throw ContractError.untrained(method: label, budget: demand.budget, trained: [])
        }
        return first
    }
}

extension CompressionMethod {
    /// The type's card; a method that its parameters change has one of its own.
    public var card: MethodCard { Self.card }

    /// The type alone.
    public var types: [String] { ["\(Self.self)"] }

    /// A canonical JSON text of the parameters.
    public var parametersJSON: String { parameters.json }

    /// What users may write for each parameter, its default first.
    public static var choices: [ParameterChoice] { Parameters.choices }

    /// The card's name, with the parameters that differ from the defaults.
    public var label: String {
        let changed = parameters.changes
        return changed.isEmpty ? Self.card.name : "\(Self.card.name) (\(changed.joined(separator: ", ")))"
    }
}
