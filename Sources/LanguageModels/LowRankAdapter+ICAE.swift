import Tensors

extension LowRankAdapter {
    /// Takes the adapter out of the tensors of an ICAE v2 release: q_proj and v_proj of every layer.
    ///
    /// - Parameters:
    ///   - stored: what is left of it is no part of the adapter
    ///   - file: where the tensors are from, for errors
    ///   - alpha: not in the file; the released models were trained with 32
    public convenience init(
        icae stored: inout [String: Tensor], of file: String, for model: LanguageModel, alpha: Double
    ) throws {
        let (prefix, suffix) = ("icae.base_model.model.", ".lora_A.default.weight")
        let first = "\(prefix)model.layers.0.self_attn.q_proj\(suffix)"
        guard let rank = stored[first]?.shape.first, rank > 0 else {
            throw ModelError.missingTensor(folder: file, name: first)
        }
        let targets = LowRankConfiguration.Targets.named(["q_proj", "v_proj"])
        let pairs = try Pair.take(
            from: &stored, of: file, for: model, rank: rank, prefix: prefix,
            suffixes: (suffix, ".lora_B.default.weight"))
        for projection in try model.projections(of: targets) where pairs[projection.name] == nil {
            throw ModelError.missingTensor(folder: file, name: prefix + projection.name + suffix)
        }
        self.init(LowRankConfiguration(rank: rank, alpha: alpha, targets: targets), pairs: pairs)
    }
}
