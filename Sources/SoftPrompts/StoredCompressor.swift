import Contract
import Foundation
import LanguageModels
import Tensors

/// A trained compressor whose folder holds what its card says, file by file.
public struct StoredCompressor: Sendable {
    public var folder: URL { stored.url }
    public var card: CompressorCard { stored.card }
    /// SHA-256 of everything that decides what it does: its weights and what its card says.
    public let contentHash: String
    private let stored: CompressorFolder
    private let hasAdapter: Bool

    static let answerLead = "lead.answer"
    static let readBackLead = "lead.readBack"
    /// What the names of the decoder's additions begin with, where they stand among the compressor's own.
    public static let decoderPrefix = "decoder."

    public init(folder: URL) throws {
        try self.init(CompressorFolder(folder))
    }

    /// Reads every file once, and refuses one that is missing, added or changed.
    public init(_ stored: CompressorFolder) throws {
        guard let listed = stored.card.files else {
            throw stored.bad(
                "its card is of an earlier version and lists no files; renew it with 'picbench import "
                    + "compressor \(stored.url.path)'")
        }
        let present = CompressorFolder.weights(in: stored.url)
        if let missing = listed.keys.sorted().first(where: { !present.contains($0) }) {
            throw stored.bad("\(missing) is missing, which its card lists; copy or train it again")
        }
        if let added = present.first(where: { listed[$0] == nil }) {
            throw stored.bad("its card does not list \(added); remove that, or copy the folder again")
        }
        hasAdapter = try stored.hasAdapter(present)
        let contents = try stored.contents(of: present)
        if let changed = present.first(where: { contents.digests[$0] != listed[$0] }) {
            throw stored.bad(
                "\(changed) is not the file that its card lists: its SHA-256 is "
                    + "\(contents.digests[changed, default: ""].prefix(12))…, expected "
                    + "\(listed[changed, default: ""].prefix(12))…; copy or train it again")
        }
        self.stored = stored
        contentHash = contents.contentHash
    }

    /// Opens the weights, if they are still those that were read.
    public func open(on backbone: Backbone) throws -> Compressor {
        guard try CompressorFolder(folder).card == card else {
            throw stored.bad("another one was put in its place since it was read; start again")
        }
        return try weights(on: backbone)
    }

    /// Maps the weights and checks that they fit.
    func weights(on backbone: Backbone) throws -> Compressor {
        try requireFit(backbone)
        let model = backbone.model
        let hidden = model.configuration.hiddenSize
        let file = CompressorFolder.memoryFile
        var rows = try SafetensorsFile(folder.appendingPathComponent(file)).allTensors()
        func take(_ name: String, rows count: Int? = nil) throws -> Tensor {
            let tensor = rows.removeValue(forKey: name)
            guard let tensor, tensor.shape.count == 2, tensor.rows > 0, tensor.width == hidden,
                tensor.rows == count ?? tensor.rows
            else {
                throw stored.bad(
                    "\(file) holds '\(name)' of shape \(tensor?.shape ?? []), expected "
                        + "[\(count.map(String.init) ?? "memories"), \(hidden)]")
            }
            let copy = tensor.copy()
            guard copy.isFinite else { throw stored.bad("'\(name)' holds numbers that are not finite") }
            return copy
        }
        let isImported = card.imported != nil
        let memory = try take("memory")
        let projection = isImported ? nil : try take("projection", rows: hidden)
        let lead =
            isImported
            ? PromptLead(
                answer: try take(Self.answerLead, rows: 1), readBack: try take(Self.readBackLead, rows: 1))
            : nil
        let decoderAdapter = try card.decoder.map {
            try LowRankAdapter(
                $0, from: &rows, named: Self.decoderPrefix, of: "\(folder.path)/\(file)", for: model)
        }
        if let other = rows.keys.min() {
            throw stored.bad("\(file) holds '\(other)', which is no part of a compressor")
        }
        let encoder = hasAdapter ? model : try encoder(of: model)
        return Compressor(
            of: model, encoder: encoder,
            adapter: hasAdapter ? try LowRankAdapter(folder: folder, for: encoder) : nil,
            memory: memory, projection: projection, prefix: card.prefix,
            segmentTokens: card.imported?.segmentTokens, lead: lead, decoderAdapter: decoderAdapter)
    }

    private func requireFit(_ backbone: Backbone) throws {
        guard card.baseHash == backbone.contentHash else {
            throw stored.bad(
                "it was trained on another base model (hash \(card.baseHash.prefix(12)), "
                    + "this one is \(backbone.contentHash.prefix(12)))")
        }
        let vocabulary = backbone.model.configuration.vocabularySize
        guard card.prefix.allSatisfy({ $0 >= 0 && Int($0) < vocabulary }) else {
            throw stored.bad("its prefix \(card.prefix) is outside the vocabulary of \(vocabulary)")
        }
        guard card.imported.map({ $0.segmentTokens > 0 }) ?? true else {
            throw stored.bad(
                "its segments have \(card.imported?.segmentTokens ?? 0) tokens, expected at least 1")
        }
    }

    /// The base model with the layers that were trained, every one of them.
    private func encoder(of base: LanguageModel) throws -> LanguageModel {
        let file = CompressorFolder.encoderFile
        var layers = try SafetensorsFile(folder.appendingPathComponent(file)).allTensors()
        let shared = base.tensors.filter { !Compressor.isEncoders($0.key) }
        let encoder = try LanguageModel(base.configuration) { name, shape in
            guard let tensor = shared[name] ?? layers.removeValue(forKey: name) else {
                throw stored.bad("\(file) holds no tensor '\(name)'")
            }
            guard tensor.shape == shape else {
                throw stored.bad("'\(name)' has the shape \(tensor.shape), the base model has \(shape)")
            }
            // What is stored in bfloat16 is widened once, not with every pass.
            return shape.count == 1 || tensor.elementType != .float32 ? tensor.copy() : tensor
        }
        if let other = layers.keys.min() {
            throw stored.bad("\(file) holds '\(other)', which is no part of the base model's layers")
        }
        return encoder
    }
}
