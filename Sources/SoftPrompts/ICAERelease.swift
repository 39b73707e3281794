import Contract
import Files
import Foundation
import LanguageModels
import Tensors

/// A published ICAE compressor: the v2 layout of github.com/getao/icae, one file of tensors.
///
/// `memory_token_embed.weight`, [memories + 3, hidden], holds the memory tokens and behind them [AE],
/// [LM] and [FT]; `icae.base_model.model.model.layers.N.self_attn.{q,v}_proj.lora_{A,B}.default.weight`
/// is the encoder's adapter. A context is cut into equal segments of at most memories × rate tokens, each
/// encoded on its own from position 0 with nothing before it; hidden states are slots as they are.
public struct ICAERelease {
    public let file: URL
    /// Context tokens a memory token.
    public let rate: Int
    public let compressor: Compressor

    /// - Parameters:
    ///   - alpha: of the adapter, divided by its rank; not in the file
    public init(_ file: URL, for model: LanguageModel, alpha: Double = 32, rate: Int = 4) throws {
        try Self.refusePickle(file)
        var stored = try SafetensorsFile(file).allTensors()
        let hidden = model.configuration.hiddenSize
        let name = "memory_token_embed.weight"
        guard let table = stored.removeValue(forKey: name) else {
            throw ModelError.missingTensor(folder: file.path, name: name)
        }
        let memories = (table.shape.first ?? 0) - 3
        guard table.shape.count == 2, table.width == hidden, memories > 0 else {
            throw ModelError.wrongShape(
                folder: file.path, name: name, found: table.shape, expected: [max(memories, 1) + 3, hidden])
        }
        let rows = table.copy()
        guard rows.isFinite else {
            throw ModelError.badConfiguration(
                file: file.path, reason: "'\(name)' holds numbers that are not finite")
        }
        let adapter = try LowRankAdapter(icae: &stored, of: file.path, for: model, alpha: alpha)
        if let other = stored.keys.min() {
            throw ModelError.mismatch(
                "\(file.path): '\(other)' is no part of an ICAE v2 release for this model, which has memory "
                    + "tokens and an adapter of q_proj and v_proj")
        }
        func row(_ index: Int) -> Tensor { rows.rowsCopy(memories + index..<memories + index + 1) }
        self.file = file
        self.rate = rate
        compressor = Compressor(
            of: model, encoder: model, adapter: adapter, memory: rows.rowsCopy(0..<memories), projection: nil,
            prefix: [], segmentTokens: memories * rate, lead: PromptLead(answer: row(2), readBack: row(0)))
    }

    /// Writes a compressor's folder for a model.
    /// - Parameter parameters: those of the method that encodes as the release does, canonical JSON
    public func save(
        as name: String, method: String, parameters: String, for backbone: Backbone, to folder: URL
    ) throws {
        let card = CompressorCard(
            name: name, method: method, parameters: parameters, ratios: [Double(rate)],
            baseHash: backbone.contentHash, seed: 0, steps: 0,
            trainableParameters: compressor.trainable.values.reduce(0) { $0 + $1.count },
            prefix: compressor.prefix,
            imported: .init(
                layout: "icae-v2", file: file.lastPathComponent,
                segmentTokens: compressor.segmentTokens ?? 0))
        try compressor.save(card, baseModel: backbone.name, to: folder)
    }

    /// A pickle may run code when it is opened; its owner converts it.
    private static func refusePickle(_ file: URL) throws {
        guard let magic = try Descriptor.reading(file)?.read(upToCount: 2) else {
            throw SafetensorsError.unreadable(path: file.path, reason: "check the path")
        }
        guard magic == Data("PK".utf8) || magic.first == 0x80 && (1...5).contains(magic.last ?? 0) else {
            return
        }
        throw ModelError.badConfiguration(
            file: file.path,
            reason: "it is a PyTorch pickle; convert it to safetensors: python -c \"import torch, "
                + "safetensors.torch as s; s.save_file({k: v.contiguous() for k, v in torch.load('IN', "
                + "map_location='cpu', weights_only=True).items()}, 'OUT.safetensors')\"")
    }
}
