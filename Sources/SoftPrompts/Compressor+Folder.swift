import Budgets
import Contract
import Foundation
import LanguageModels
import Tensors

/// A trained compressor in a folder of its own, by default `compressors/NAME` in its model's folder.
public struct StoredCompressor: Sendable {
    public let folder: URL
    public let card: CompressorCard
    public let contentHash: String

    static let cardFile = "compressor.json"
    static let memoryFile = "memory.safetensors"
    static let encoderFile = "encoder.safetensors"
    static let answerLead = "lead.answer"
    static let readBackLead = "lead.readBack"
    /// Those that decide what it does.
    static let files: Set = [
        cardFile, memoryFile, encoderFile, LowRankAdapter.configurationFile, LowRankAdapter.weightsFile,
    ]

    public init(folder: URL) throws {
        self.folder = folder
        card = try CompressorCard(file: folder.appendingPathComponent(Self.cardFile))
        contentHash = try FileHash.of(
            FileHash.files(in: folder.resolvingSymlinksInPath()) { Self.files.contains($0) })
    }

    /// Every compressor in a model's folder, in order of their names.
    public static func all(of backbone: Backbone) throws -> [StoredCompressor] {
        try all(in: backbone.folder.appendingPathComponent("compressors"))
    }

    /// The model's own, or those in the folders that were named, the same weights once.
    static func all(of resources: Resources) throws -> [StoredCompressor] {
        guard let folders = resources.compressors else { return try all(of: resources.backbone) }
        var hashes: Set<String> = []
        return try folders.flatMap { try all(in: $0) }.filter { hashes.insert($0.contentHash).inserted }
    }

    /// Every compressor in a folder of such folders, in order of their names.
    public static func all(in folder: URL) throws -> [StoredCompressor] {
        guard FileManager.default.fileExists(atPath: folder.path) else { return [] }
        return try FileHash.files(in: folder) { !$0.hasPrefix(".") }
            .filter {
                FileManager.default.fileExists(atPath: $0.appendingPathComponent(Self.cardFile).path)
            }
            .map(StoredCompressor.init)
    }

    /// Every compressor that a method can be used with, those first that were trained at what is asked for;
    /// none only for a method that works without.
    /// - Parameter demand: lies within the ratios that it was trained at
    public static func fitting(
        _ method: any CompressionMethod, _ demand: Demand, among stored: [StoredCompressor]
    ) throws -> [StoredCompressor] {
        guard let trainable = method as? any TrainableMethod else { return [] }
        let own = stored.filter {
            $0.card.method == method.card.id && $0.card.parameters == method.parametersJSON
        }
        let (least, most) = (demand.ratios.lowerBound.value, demand.ratios.upperBound.value)
        let within = own.filter { stored in
            guard let low = stored.card.ratios.min(), let high = stored.card.ratios.max() else {
                return false
            }
            return low <= least && most <= high
        }
        if within.isEmpty, !type(of: trainable).worksUntrained {
            let trained = own.flatMap(\.card.ratios).compactMap(Ratio.init).sorted().map(\.description)
            throw ContractError.untrained(method: method.label, budget: demand.budget, trained: trained)
        }
        let exact = within.filter { $0.card.ratios.contains(least) && least == most }
        return exact + within.filter { other in !exact.contains { $0.folder == other.folder } }
    }

    /// Opens the weights.
    public func open(on backbone: Backbone) throws -> Compressor {
        func bad(_ reason: String) -> ContractError { .badCompressor(folder: folder.path, reason: reason) }
        guard card.baseHash == backbone.contentHash else {
            throw bad(
                "it was trained on another base model (hash \(card.baseHash.prefix(12)), "
                    + "this one is \(backbone.contentHash.prefix(12)))")
        }
        let configuration = backbone.model.configuration
        guard card.prefix.allSatisfy({ $0 >= 0 && Int($0) < configuration.vocabularySize }) else {
            throw bad(
                "its prefix \(card.prefix) is outside the vocabulary of \(configuration.vocabularySize)")
        }
        guard card.imported.map({ $0.segmentTokens > 0 }) ?? true else {
            throw bad("its segments have \(card.imported?.segmentTokens ?? 0) tokens, expected at least 1")
        }
        let hidden = configuration.hiddenSize
        let stored = try SafetensorsFile(folder.appendingPathComponent(Self.memoryFile)).tensors
        func take(_ name: String, rows: Int? = nil) throws -> Tensor {
            guard let tensor = stored[name], tensor.shape.count == 2, tensor.rows > 0, tensor.width == hidden,
                tensor.rows == rows ?? tensor.rows
            else {
                throw bad(
                    "memory.safetensors holds '\(name)' of shape \(stored[name]?.shape ?? []), expected "
                        + "[\(rows.map(String.init) ?? "memories"), \(hidden)]")
            }
            let copy = tensor.copy()
            guard copy.isFinite else { throw bad("'\(name)' holds numbers that are not finite") }
            return copy
        }
        var encoder = backbone.model
        let weights = folder.appendingPathComponent(Self.encoderFile)
        if FileManager.default.fileExists(atPath: weights.path) {
            let layers = try SafetensorsFile(weights).tensors
            let base = backbone.model.tensors
            encoder = try LanguageModel(backbone.model.configuration) { name, shape in
                guard let tensor = layers[name] ?? base[name] else {
                    throw bad("there is no tensor '\(name)'")
                }
                guard tensor.shape == shape else {
                    throw bad("'\(name)' has the shape \(tensor.shape), the base model has \(shape)")
                }
                return shape.count == 1 ? tensor.copy() : tensor
            }
        }
        let adaptation = folder.appendingPathComponent(LowRankAdapter.configurationFile)
        let adapter =
            FileManager.default.fileExists(atPath: adaptation.path)
            ? try LowRankAdapter(folder: folder, for: encoder) : nil
        return Compressor(
            encoder: encoder, adapter: adapter, memory: try take("memory"),
            projection: card.imported == nil ? try take("projection", rows: hidden) : nil,
            prefix: card.prefix, segmentTokens: card.imported?.segmentTokens,
            lead: card.imported == nil
                ? nil
                : PromptLead(
                    answer: try take(Self.answerLead, rows: 1), readBack: try take(Self.readBackLead, rows: 1)
                ))
    }
}

extension Compressor {
    /// Writes the folder that `StoredCompressor` opens.
    /// - Parameter baseModel: the base model's name, for tools that read the adapter
    public func save(_ card: CompressorCard, baseModel: String, to folder: URL) throws {
        do {
            try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
            // What another training left would be opened with this one's.
            for file in StoredCompressor.files {
                let url = folder.appendingPathComponent(file)
                if FileManager.default.fileExists(atPath: url.path) {
                    try FileManager.default.removeItem(at: url)
                }
            }
        } catch {
            throw SafetensorsError.unwritable(path: folder.path, reason: error.localizedDescription)
        }
        var own = ["memory": memory]
        own["projection"] = projection
        own[StoredCompressor.answerLead] = lead?.answer
        own[StoredCompressor.readBackLead] = lead?.readBack
        try SafetensorsFile.write(
            own, to: folder.appendingPathComponent(StoredCompressor.memoryFile))
        if let adapter {
            try adapter.save(to: folder, baseModel: baseModel)
        } else {
            let layers = trainable.filter { $0.key.hasPrefix("model.") }
            try SafetensorsFile.write(layers, to: folder.appendingPathComponent(StoredCompressor.encoderFile))
        }
        // The card last: a folder with a card is whole.
        do {
            let encoder = JSONEncoder()
            encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
            try encoder.encode(card).write(
                to: folder.appendingPathComponent(StoredCompressor.cardFile), options: .atomic)
        } catch {
            throw SafetensorsError.unwritable(path: folder.path, reason: error.localizedDescription)
        }
    }
}
