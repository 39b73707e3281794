import Foundation
import LanguageModels
import Tensors

/// What a folder with a trained compressor says about itself: `compressor.json`.
public struct CompressorCard: Codable, Equatable, Sendable {
    public var name: String
    /// The method's identifier and the canonical JSON of its parameters.
    public var method: String
    public var parameters: String
    /// Ratios that it was trained at.
    public var ratios: [Double]
    /// The hash of the base model; another base is refused.
    public var baseHash: String
    public var seed: UInt64
    public var steps: Int
    public var trainableParameters: Int
    public var prefix: [Int32]

    public init(
        name: String, method: String, parameters: String, ratios: [Double], baseHash: String, seed: UInt64,
        steps: Int, trainableParameters: Int, prefix: [Int32]
    ) {
        self.name = name
        self.method = method
        self.parameters = parameters
        self.ratios = ratios
        self.baseHash = baseHash
        self.seed = seed
        self.steps = steps
        self.trainableParameters = trainableParameters
        self.prefix = prefix
    }
}

/// A trained compressor in a folder of its own, by default `compressors/NAME` in its model's folder.
public struct StoredCompressor: Sendable {
    public let folder: URL
    public let card: CompressorCard
    public let contentHash: String

    static let cardFile = "compressor.json"
    static let memoryFile = "memory.safetensors"
    static let encoderFile = "encoder.safetensors"
    /// Those that decide what it does.
    static let files: Set = [
        cardFile, memoryFile, encoderFile, LowRankAdapter.configurationFile, LowRankAdapter.weightsFile,
    ]

    public init(folder: URL) throws {
        self.folder = folder
        let file = folder.appendingPathComponent(Self.cardFile)
        guard let data = try? Data(contentsOf: file) else {
            throw BenchError.badCompressor(folder: folder.path, reason: "compressor.json is missing")
        }
        do {
            card = try JSONDecoder().decode(CompressorCard.self, from: data)
        } catch {
            throw BenchError.badCompressor(
                folder: folder.path, reason: "compressor.json is not sound: \(error)")
        }
        contentHash = try FileHash.of(
            FileHash.files(in: folder.resolvingSymlinksInPath()) { Self.files.contains($0) })
    }

    /// Every compressor in a model's folder, in order of their names.
    public static func all(of backbone: Backbone) throws -> [StoredCompressor] {
        try all(in: backbone.folder.appendingPathComponent("compressors"))
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

    /// The compressor to use for a method: trained at the ratio if there is one, otherwise within the
    /// ratios that it was trained at. Nil for a method that works without.
    public static func best(
        for method: any CompressionMethod, ratio: Ratio, among stored: [StoredCompressor]
    ) throws -> StoredCompressor? {
        try fitting(method, ratio: ratio, among: stored).first
    }

    /// Every compressor that a method can be used with at a ratio, those that were trained at it first;
    /// none only for a method that works without.
    public static func fitting(
        _ method: any CompressionMethod, ratio: Ratio, among stored: [StoredCompressor]
    ) throws -> [StoredCompressor] {
        guard let trainable = method as? any TrainableMethod else { return [] }
        let own = stored.filter {
            $0.card.method == type(of: method).card.id && $0.card.parameters == method.parametersJSON
        }
        let within = own.filter { stored in
            guard let least = stored.card.ratios.min(), let most = stored.card.ratios.max() else {
                return false
            }
            return (least...most).contains(ratio.value)
        }
        if within.isEmpty, !type(of: trainable).worksUntrained {
            let trained = own.flatMap(\.card.ratios).compactMap(Ratio.init).sorted().map(\.description)
            throw BenchError.untrained(method: method.label, ratio: ratio, trained: trained)
        }
        let exact = within.filter { $0.card.ratios.contains(ratio.value) }
        return exact + within.filter { !$0.card.ratios.contains(ratio.value) }
    }

    /// Opens the weights.
    public func open(on backbone: Backbone) throws -> Compressor {
        func bad(_ reason: String) -> BenchError { .badCompressor(folder: folder.path, reason: reason) }
        guard card.baseHash == backbone.contentHash else {
            throw bad(
                "it was trained on another base model (hash \(card.baseHash.prefix(12)), "
                    + "this one is \(backbone.contentHash.prefix(12)))")
        }
        let stored = try SafetensorsFile(folder.appendingPathComponent(Self.memoryFile)).tensors
        let hidden = backbone.model.configuration.hiddenSize
        guard let memory = stored["memory"], let projection = stored["projection"], memory.width == hidden,
            memory.rows > 0, projection.shape == [hidden, hidden]
        else { throw bad("memory.safetensors lacks memory or projection of width \(hidden)") }
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
            encoder: encoder, adapter: adapter, memory: memory.copy(), projection: projection.copy(),
            prefix: card.prefix)
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
        try SafetensorsFile.write(
            ["memory": memory, "projection": projection],
            to: folder.appendingPathComponent(StoredCompressor.memoryFile))
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

extension Backbone {
    /// What a method computes with at a ratio: the model, and its trained compressor where it has one.
    public func tools(for method: any CompressionMethod, ratio: Ratio) throws -> Tools {
        let stored = try StoredCompressor.best(
            for: method, ratio: ratio, among: StoredCompressor.all(of: self))
        return Tools(model: model, compressor: try stored?.open(on: self))
    }
}
