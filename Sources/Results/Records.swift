import Budgets
import Foundation

/// One call of `picbench run`: who measured, where and how.
public struct RunRecord: Codable, Sendable, Equatable {
    /// Given by the store.
    public var id: Int64?
    public var startedAt: Date
    public var finishedAt: Date?
    public var host: String
    public var cpu: String
    public var threads: Int
    public var os: String
    public var toolVersion: String
    /// Nil outside a checkout.
    public var gitRevision: String?
    public var command: String

    public init(
        startedAt: Date, host: String, cpu: String, threads: Int, os: String, toolVersion: String,
        gitRevision: String?, command: String
    ) {
        self.startedAt = startedAt
        self.host = host
        self.cpu = cpu
        self.threads = threads
        self.os = os
        self.toolVersion = toolVersion
        self.gitRevision = gitRevision
        self.command = command
    }
}

/// One experiment: a method at a ratio on a task, with everything that makes it the same experiment.
public struct CellRecord: Codable, Sendable, Equatable {
    /// SHA-256 of `identity`; at most one cell has it. Cells that version 1 made hashed it otherwise.
    public var fingerprint: String
    /// Everything that makes it the same experiment: a JSON object whose fields `Docs/results.md` lists.
    public var identity: String
    public var modelName: String
    public var modelHash: String
    /// The trained compressor; nil where nothing was trained.
    public var adapterName: String?
    public var adapterHash: String?
    public var methodID: String
    /// With the parameters that differ from the method's defaults.
    public var methodName: String
    public var family: String
    /// `upper` and `lower` for the references; nil for compression methods.
    public var role: String?
    public var isTrained: Bool
    public var isQueryAware: Bool
    /// Canonical JSON.
    public var parameters: String
    public var taskID: String
    public var taskName: String
    /// The metric that the leaderboard shows first; one of `metrics`.
    public var primaryMetric: String
    public var metrics: [String]
    public var datasetID: String
    public var datasetHash: String
    /// Requested: context tokens ÷ kept positions; nil where `positions` says it.
    public private(set) var ratio: Double?
    /// Requested: positions of every context; nil where `ratio` says it.
    public private(set) var positions: Int?
    public var seed: Int64
    /// Canonical JSON.
    public var decoding: String
    public var exampleCount: Int

    public init(
        fingerprint: String, identity: String, modelName: String, modelHash: String, adapterName: String?,
        adapterHash: String?,
        methodID: String, methodName: String, family: String, role: String?, isTrained: Bool,
        isQueryAware: Bool,
        parameters: String, taskID: String, taskName: String, primaryMetric: String, metrics: [String],
        datasetID: String, datasetHash: String, budget: Budget, seed: Int64, decoding: String,
        exampleCount: Int
    ) {
        self.fingerprint = fingerprint
        self.identity = identity
        self.modelName = modelName
        self.modelHash = modelHash
        self.adapterName = adapterName
        self.adapterHash = adapterHash
        self.methodID = methodID
        self.methodName = methodName
        self.family = family
        self.role = role
        self.isTrained = isTrained
        self.isQueryAware = isQueryAware
        self.parameters = parameters
        self.taskID = taskID
        self.taskName = taskName
        self.primaryMetric = primaryMetric
        self.metrics = metrics
        self.datasetID = datasetID
        self.datasetHash = datasetHash
        ratio = budget.ratioValue
        positions = budget.positionsValue
        self.seed = seed
        self.decoding = decoding
        self.exampleCount = exampleCount
    }
}

extension CellRecord {
    /// What may be kept of a context.
    public var budget: Budget {
        get { Budget(ratio: ratio, positions: positions) }
        set { (ratio, positions) = (newValue.ratioValue, newValue.positionsValue) }
    }

    /// How a model in another program was asked, such as `chat`; nil for one of the process that ran the cell.
    public var interface: String? {
        // Asked of every sample's cell in an export: most have none.
        guard decoding.contains("\"interface\"") else { return nil }
        let object = try? JSONSerialization.jsonObject(with: Data(decoding.utf8))
        return (object as? [String: Any])?["interface"] as? String
    }

    /// Whether a compressor is used at other ratios than those of its training.
    public var isBeyondTraining: Bool {
        // Most are not.
        identity.contains("\"beyondTraining\"") && identityFields["beyondTraining"] == "true"
    }

    /// The fields of `identity`, each as canonical JSON.
    public var identityFields: [String: String] {
        let object = try? JSONSerialization.jsonObject(with: Data(identity.utf8))
        return (object as? [String: Any] ?? [:]).compactMapValues { value in
            let options: JSONSerialization.WritingOptions = [
                .sortedKeys, .fragmentsAllowed, .withoutEscapingSlashes,
            ]
            return (try? JSONSerialization.data(withJSONObject: value, options: options))
                .map { String(decoding: $0, as: UTF8.self) }
        }
    }
}

extension CellRecord {
    /// A field of an identity for people: hashes are told apart by their first digits.
    package static func short(_ value: String, digits: Int) -> String {
        let text = value.hasPrefix("\"") ? String(value.dropFirst().dropLast()) : value
        return text.count == 64 && text.allSatisfy(\.isHexDigit) ? String(text.prefix(digits)) : text
    }
}

/// A metric of some cells: what its values are.
public struct MetricRecord: Codable, Sendable, Equatable {
    public var id: String
    public var name: String
    /// `higher` or `lower`: what is better.
    public var direction: String
    /// The ends of its range; nil where it has none.
    public var low: Double?
    public var high: Double?

    public init(id: String, name: String, direction: String, low: Double?, high: Double?) {
        self.id = id
        self.name = name
        self.direction = direction
        self.low = low
        self.high = high
    }

    /// Whether its values are shares of 1, which people read as percentages.
    public var isShare: Bool { low == 0 && high == 1 }
    public var isLowerBetter: Bool { direction == "lower" }
}

/// A cell that a run has claimed, and what is stored of it already.
public struct OpenCell: Sendable, Equatable {
    public let id: Int64
    /// Examples that are scored already.
    public let scored: Set<ExactText>
    public let hasLatency: Bool
    public let hasAttention: Bool
}

/// One scored example.
public struct SampleRecord: Codable, Sendable, Equatable {
    public var exampleID: String
    public var documentID: String
    /// A line for people: the question, or what else was asked.
    public var question: String
    public var prediction: String
    public var references: [String]
    /// Scores by the metric's identifier.
    public var metrics: [String: Double]
    public var contextTokens: Int
    /// Decoder positions kept of the context.
    public var keptPositions: Int
    /// Keys and values of those positions in all layers, bytes.
    public var keptBytes: Int
    public var outputTokens: Int
    public var context: String
    /// The text that the decoder read in place of the context, where it is real tokens.
    public var keptText: String?
    /// Where the kept tokens stand in the context: the ends of stretches in bytes of its UTF-8, two a stretch.
    public var keptSpans: [Int]?
    /// The exact prompt around what is kept, special tokens included; nil in samples of version 1.
    public var prompt: PromptText?

    /// A prompt as text.
    public struct PromptText: Codable, Sendable, Equatable {
        public var before: String
        public var after: String

        public init(before: String, after: String) {
            self.before = before
            self.after = after
        }
    }

    public init(
        exampleID: String, documentID: String, question: String, prediction: String, references: [String],
        metrics: [String: Double], contextTokens: Int, keptPositions: Int, keptBytes: Int, outputTokens: Int,
        context: String, keptText: String?, keptSpans: [Int]? = nil, prompt: PromptText? = nil
    ) {
        self.exampleID = exampleID
        self.documentID = documentID
        self.question = question
        self.prediction = prediction
        self.references = references
        self.metrics = metrics
        self.contextTokens = contextTokens
        self.keptPositions = keptPositions
        self.keptBytes = keptBytes
        self.outputTokens = outputTokens
        self.context = context
        self.keptText = keptText
        self.keptSpans = keptSpans
        self.prompt = prompt
    }
}

/// One example timed on its own, in the three parts of an answer's latency.
public struct LatencyRecord: Codable, Sendable, Equatable {
    public var exampleID: String
    public var contextTokens: Int
    public var keptPositions: Int
    public var keptBytes: Int
    public var compressSeconds: Double
    /// From the compressed context and the question to the first token.
    public var prefillSeconds: Double
    public var decodeSecondsPerToken: Double
    public var outputTokens: Int

    public init(
        exampleID: String, contextTokens: Int, keptPositions: Int, keptBytes: Int, compressSeconds: Double,
        prefillSeconds: Double, decodeSecondsPerToken: Double, outputTokens: Int
    ) {
        self.exampleID = exampleID
        self.contextTokens = contextTokens
        self.keptPositions = keptPositions
        self.keptBytes = keptBytes
        self.compressSeconds = compressSeconds
        self.prefillSeconds = prefillSeconds
        self.decodeSecondsPerToken = decodeSecondsPerToken
        self.outputTokens = outputTokens
    }
}

/// Where a cell's memory tokens look, averaged over documents, layers and heads.
public struct MemoryAttentionRecord: Codable, Sendable, Equatable {
    /// Attention mass of each memory token over equal shares of the context, [memories][bins]; what a
    /// row lacks of 1 did not go to the context.
    public var mass: [[Double]]
    public var documents: Int

    public init(mass: [[Double]], documents: Int) {
        self.mass = mass
        self.documents = documents
    }
}

extension MemoryAttentionRecord {
    /// The mass that a memory token gives to the stretch of the context that it stands for: as long
    /// as the context ÷ memory tokens, at the token's place.
    public func ownMass(of memory: Int) -> Double {
        let row = mass[memory]
        let width = Double(row.count) / Double(mass.count)
        let (low, high) = (Double(memory) * width, Double(memory + 1) * width)
        return row.enumerated().reduce(0) { sum, bin in
            let shared = min(high, Double(bin.offset + 1)) - max(low, Double(bin.offset))
            return sum + max(0, shared) * bin.element
        }
    }

    /// How much of what memory tokens give to the context stays in their own stretch: 1 where each
    /// looks at its own alone, 1 ÷ memory tokens where all look everywhere alike.
    public var specialization: Double {
        let shares = mass.indices.map { i in
            let sum = mass[i].reduce(0, +)
            return sum > 0 ? ownMass(of: i) / sum : 0
        }
        return shares.reduce(0, +) / Double(max(shares.count, 1))
    }
}

/// One training run of a base model or a compressor.
public struct TrainingRecord: Codable, Sendable, Equatable {
    /// Given by the store.
    public var id: Int64?
    /// A hash of the recipe and what it is applied to: a resumed run goes on under the same one.
    public var fingerprint: String
    public var startedAt: Date
    public var finishedAt: Date?
    /// `base` or `compressor`.
    public var kind: String
    public var name: String
    public var methodID: String?
    /// The recipe file's content.
    public var recipe: String
    /// The hash of what was made.
    public var outputHash: String?
    public var threads: Int
    public var host: String

    public init(
        fingerprint: String, startedAt: Date, kind: String, name: String, methodID: String?, recipe: String,
        threads: Int, host: String
    ) {
        self.fingerprint = fingerprint
        self.startedAt = startedAt
        self.kind = kind
        self.name = name
        self.methodID = methodID
        self.recipe = recipe
        self.threads = threads
        self.host = host
    }
}

/// A loss or a quality at one step of a training run.
public struct TrainingPoint: Codable, Sendable, Equatable {
    public var step: Int
    /// Of training, evaluation not counted.
    public var seconds: Double
    public var tokens: Int
    /// `loss`, or a quality such as `em@8/16`.
    public var name: String
    public var value: Double

    public init(step: Int, seconds: Double, tokens: Int, name: String, value: Double) {
        self.step = step
        self.seconds = seconds
        self.tokens = tokens
        self.name = name
        self.value = value
    }
}
