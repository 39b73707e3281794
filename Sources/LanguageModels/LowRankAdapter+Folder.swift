import Files
import Foundation
import Tensors

/// Folders as PEFT writes and reads them: `adapter_config.json` and `adapter_model.safetensors`.
extension LowRankAdapter {
    public static let configurationFile = "adapter_config.json"
    public static let weightsFile = "adapter_model.safetensors"
    /// Everything that is read of a folder.
    public static let files = [configurationFile, weightsFile]

    /// Opens an adapter of a model.
    ///
    /// What would change results and is not supported (DoRA, biases, patterns of ranks, modules beside
    /// the layers' projections) is refused by name; so is whatever does not fit the model.
    public convenience init(folder: URL, for model: LanguageModel) throws {
        try FolderReplacement.finish(in: folder)
        let fields = try JSONFields(
            folder.appendingPathComponent(Self.configurationFile), hint: "an adapter's folder holds one")
        var configuration = try LowRankConfiguration(peft: fields)
        let weights = folder.appendingPathComponent(Self.weightsFile)
        guard try RegularFile.require(weights) else {
            throw ModelError.missingFile(
                weights.path, hint: "an adapter saved as adapter_model.bin must be saved as safetensors")
        }
        var stored = try SafetensorsFile(weights).allTensors()
        let pairs = try Pair.take(
            from: &stored, of: weights.path, for: model, rank: configuration.rank, prefix: Self.peftPrefix,
            suffixes: (Self.downSuffix, Self.upSuffix))
        let vocabulary = model.configuration.vocabularySize
        if let table = stored.first(where: {
            ($0.key.contains("embed_tokens") || $0.key.contains("lm_head"))
                && $0.value.shape.first != vocabulary
        }) {
            throw ModelError.mismatch(
                "\(weights.path): '\(table.key)' has the shape \(table.value.shape), the model's vocabulary has "
                    + "\(vocabulary) tokens; the adapter was trained with another tokenizer")
        }
        if let other = stored.keys.min() {
            throw ModelError.mismatch(
                "\(weights.path): '\(other)' adds to no projection of this model; the adapter belongs to "
                    + "another model, or trains modules that are not supported")
        }
        guard !pairs.isEmpty else {
            throw ModelError.badConfiguration(file: weights.path, reason: "it holds no lora_A and lora_B")
        }
        if configuration.targets == .named([]) { configuration.targets = .named(pairs.keys.sorted()) }
        if fields.isAbsent("layers_to_transform"), fields.isAbsent("exclude_modules"),
            let missing = try model.projections(of: configuration.targets, source: fields.file).first(where: {
                pairs[$0.name] == nil
            })
        {
            throw ModelError.missingTensor(
                folder: folder.path, name: Self.peftPrefix + missing.name + Self.downSuffix)
        }
        self.init(configuration, pairs: pairs)
    }

    /// The model that a folder's adapter says it is for: a path or a hub id; nil where it names none.
    public static func baseModel(of folder: URL) throws -> String? {
        let fields = try JSONFields(
            folder.appendingPathComponent(configurationFile), hint: "an adapter's folder holds one")
        return (fields.value("base_model_name_or_path") as? String).flatMap { $0.isEmpty ? nil : $0 }
    }

    /// Takes an adapter out of a file's tensors, which have PEFT's names behind `prefix`: a pair for every
    /// projection that its configuration names.
    public convenience init(
        _ configuration: LowRankConfiguration, from stored: inout [String: Tensor], named prefix: String,
        of file: String, for model: LanguageModel
    ) throws {
        guard 1...LowRankConfiguration.largestRank ~= configuration.rank, configuration.alpha.isFinite else {
            throw ModelError.mismatch(
                "\(file): an adapter of rank \(configuration.rank) and alpha \(configuration.alpha)")
        }
        let pairs = try Pair.take(
            from: &stored, of: file, for: model, rank: configuration.rank, prefix: prefix + Self.peftPrefix,
            suffixes: (Self.downSuffix, Self.upSuffix))
        let wanted = try model.projections(of: configuration.targets, source: file)
        if let missing = wanted.first(where: { pairs[$0.name] == nil }) {
            throw ModelError.missingTensor(
                folder: file, name: prefix + Self.peftPrefix + missing.name + Self.downSuffix)
        }
        self.init(configuration, pairs: pairs)
    }

    /// Writes a folder that PEFT opens.
    /// - Throws: `FileError`
    public func save(to folder: URL, baseModel: String) throws {
        try FolderReplacement.write(to: folder) { try write(to: $0, baseModel: baseModel) }
    }

    /// Writes its files among those of a folder that are replaced together.
    public func write(to replacement: FolderReplacement, baseModel: String) throws {
        let targets =
            switch configuration.targets {
            case .named(let names): names
            // As PEFT writes it, so that tools which do not know the word read it too.
            case .allLinear:
                Set(pairs.keys.map { $0.split(separator: ".").last.map(String.init) ?? $0 }).sorted()
            }
        let fields: [String: Any] = [
            "peft_type": "LORA", "task_type": "CAUSAL_LM", "base_model_name_or_path": baseModel,
            "r": configuration.rank, "lora_alpha": configuration.alpha, "lora_dropout": 0,
            "target_modules": targets, "use_rslora": configuration.rslora ?? false, "use_dora": false,
            "bias": "none", "fan_in_fan_out": false, "inference_mode": true, "init_lora_weights": true,
        ]
        let json = try JSONSerialization.data(
            withJSONObject: fields, options: [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes])
        try replacement.write(json, to: Self.configurationFile)
        try SafetensorsFile.write(tensors, to: replacement.stage.appendingPathComponent(Self.weightsFile))
    }
}

extension LowRankConfiguration {
    /// Reads PEFT's fields.
    init(peft fields: JSONFields) throws {
        if fields.value("peft_type") as? String != "LORA" {
            throw fields.refusal("peft_type", supported: "LORA")
        }
        if let bias = fields.value("bias"), bias as? String != "none" {
            throw fields.refusal("bias", supported: "none")
        }
        for flag in ["use_dora", "use_qalora", "lora_bias", "use_bdlora"]
        where !fields.isAbsent(flag) && fields.value(flag) as? Bool != false {
            throw fields.refusal(flag, supported: "false")
        }
        for field in [
            "rank_pattern", "alpha_pattern", "modules_to_save", "layer_replication", "target_parameters",
            "trainable_token_indices", "alora_invocation_tokens",
        ] where !fields.isEmpty(field) {
            throw fields.refusal(field, supported: "none")
        }
        // These ways to begin change the base model's weights, which the adapter then needs.
        if let start = fields.value("init_lora_weights"), !(start is Bool),
            !["gaussian", "eva", "orthogonal"].contains(start as? String)
        {
            throw fields.refusal("init_lora_weights", supported: "true, false, gaussian, eva, orthogonal")
        }
        let rank = try fields.positive("r")
        guard rank <= Self.largestRank else {
            throw fields.refusal("r", supported: "1 to \(Self.largestRank)")
        }
        guard let alpha = fields.number("lora_alpha"), alpha.isFinite else {
            throw ModelError.badConfiguration(
                file: fields.file, reason: "lora_alpha is \(fields.shown("lora_alpha")), not a number")
        }
        let targets: Targets
        if let word = fields.value("target_modules") as? String {
            // Another word is a pattern: which projections it meant is seen from the tensors.
            targets = word == Targets.allLinearWord ? .allLinear : .named([])
        } else if let names = fields.value("target_modules") as? [String], !names.isEmpty {
            targets = .named(names)
        } else {
            throw fields.refusal(
                "target_modules", supported: "names of projections, or \(Targets.allLinearWord)")
        }
        self.init(rank: rank, alpha: alpha, targets: targets, rslora: fields.value("use_rslora") as? Bool)
    }
}
