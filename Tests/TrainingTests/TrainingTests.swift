import Contract
import Files
import Foundation
import LanguageModels
import Methods
import Reading
import SoftPrompts
import Tensors
import Testing
import TestSupport
import Training

/// Tiny runs: that they learn, stop and go on exactly.
struct TrainingTests {
    private let folder = temporaryPath("training")

    private func baseRecipe() throws -> BaseRecipe {
        let json = #"""
            {"name": "tiny", "seed": 3, "vocabularySize": 300,
             "model": {"hiddenSize": 32, "intermediateSize": 48, "layers": 3, "heads": 4},
             "levels": [{"steps": 30, "subjects": [1], "drills": 0.5}, {"steps": 20, "subjects": [1, 2], "drills": 0.1}],
             "tokensPerStep": 300, "readBackShare": 0.3, "documentWeight": 0.6, "questions": 4,
             "optimizer": {"muonRate": 0.006, "adamWRate": 0.0015, "clip": 1,
               "schedule": {"shape": "linear", "warmUp": 5, "decay": 0.4, "floor": 0.02}},
             "evaluation": {"every": 50, "subjects": [1], "documents": 2}, "checkpointEvery": 1000}
            """#
        return try JSONDecoder().decode(BaseRecipe.self, from: Data(json.utf8))
    }

    private func compressorRecipe(encoder: String = "null") throws -> CompressorRecipe {
        let json = #"""
            {"name": "c", "method": "pic", "seed": 3, "encoder": \#(encoder),
             "levels": [{"steps": 30, "ratios": [1, 2], "subjects": [1]}, {"steps": 20, "ratios": [4, 16], "subjects": [1, 2]}],
             "contextTokensPerStep": 200, "readBackShare": 0.2, "questions": 4,
             "optimizer": {"muonRate": 0.006, "adamWRate": 0.0015, "clip": 1,
               "schedule": {"shape": "linear", "warmUp": 5, "decay": 0.4, "floor": 0.02}},
             "evaluation": {"every": 50, "subjects": [1], "documents": 2, "ratios": [4]}, "checkpointEvery": 1000}
            """#
        return try JSONDecoder().decode(CompressorRecipe.self, from: Data(json.utf8))
    }

    /// Losses by step.
    private func losses(_ body: ((TrainingProgress) -> Void) throws -> Bool) throws -> (
        finished: Bool, [Int: Double]
    ) {
        var found: [Int: Double] = [:]
        let finished = try body { progress in
            if let loss = progress.values["loss"] { found[progress.step] = loss }
        }
        return (finished, found)
    }

    @Test func `a base model that was stopped goes on exactly, and learns`() throws {
        let recipe = try baseRecipe()
        let (whole, broken) = (
            folder.appendingPathComponent("whole"), folder.appendingPathComponent("broken")
        )
        let (_, straight) = try losses { try BaseTraining(recipe: recipe, folder: whole).run(report: $0) }
        // In the middle of what is reported together.
        var steps = 0
        let (stopped, first) = try losses { report in
            try BaseTraining(recipe: recipe, folder: broken).run(
                isCancelled: {
                    steps += 1
                    return steps == 32
                }, report: report)
        }
        #expect(!stopped && first == [25: straight[25]])
        #expect(
            FileManager.default.fileExists(
                atPath: broken.appendingPathComponent("checkpoint.safetensors").path))
        let (finished, second) = try losses {
            try BaseTraining(recipe: recipe, folder: broken).run(report: $0)
        }
        #expect(finished && second == [50: straight[50]])
        #expect(try Backbone(folder: whole).contentHash == Backbone(folder: broken).contentHash)
        #expect(straight[50] ?? .infinity < straight[25] ?? 0)
        #expect(
            !FileManager.default.fileExists(
                atPath: broken.appendingPathComponent("checkpoint.safetensors").path))
    }

    @Test func `a training is the same to the bit while the number of threads changes`() throws {
        let recipe = try baseRecipe()
        let (still, moving) = (
            folder.appendingPathComponent("still"), folder.appendingPathComponent("moving")
        )
        _ = try BaseTraining(recipe: recipe, folder: still).run { _ in }
        _ = try whileThreadsChange { try BaseTraining(recipe: recipe, folder: moving).run { _ in } }
        #expect(try Backbone(folder: still).contentHash == Backbone(folder: moving).contentHash)
    }

    @Test(arguments: [
        ("pic", "null"), ("icae", "null"), ("mean-pooling", "null"), ("500xcompressor", "null"),
        ("gist", "null"), ("anchors", "null"), ("autocompressor", "null"), ("rmt", "null"), ("cocom", "null"),
        ("icae", #"{"lora": {"rank": 4, "alpha": 8, "targets": ["q_proj", "v_proj"]}}"#),
        ("pic", #"{"lora": {"rank": 2, "alpha": 8, "targets": "all-linear", "rslora": true}}"#),
    ])
    func `a compressor that was stopped goes on exactly`(_ id: String, _ encoder: String) throws {
        let model = folder.appendingPathComponent("model")
        _ = try BaseTraining(recipe: baseRecipe(), folder: model).run { _ in }
        let backbone = try Backbone(folder: model)
        let type = try #require(allMethods.first { $0.card.id == id })
        func training<Method: CompressionMethod>(_ type: Method.Type, _ name: String) throws
            -> CompressorTraining
        {
            let method = try #require(Method(parameters: .init()) as? any TrainableMethod)
            return try CompressorTraining(
                recipe: try compressorRecipe(encoder: encoder), reader: try Reader(backbone), method: method,
                folder: model.appendingPathComponent("compressors/\(name)"))
        }
        let (_, straight) = try losses { try training(type, "whole").run(report: $0) }
        let (stopped, _) = try losses { try training(type, "broken").run(isCancelled: { true }, report: $0) }
        #expect(!stopped)
        let (finished, second) = try losses { try training(type, "broken").run(report: $0) }
        #expect(finished && second == straight)
        let stored = try CompressorFolder.all(of: backbone).map(StoredCompressor.init)
        #expect(stored.count == 2 && stored[0].contentHash == stored[1].contentHash)
        // The decoder is frozen.
        #expect(try Backbone(folder: model).contentHash == backbone.contentHash)

        let opened = try stored[0].open(on: backbone)
        let lora = try compressorRecipe(encoder: encoder).encoder?.lora
        #expect((opened.adapter == nil) == (lora == nil) && opened.adapter?.scale == lora?.scale)
        let trained = opened.trainable
        #expect(stored[0].card.trainableParameters == trained.values.reduce(0) { $0 + $1.count })
        // Everything that was to be trained has moved.
        for (name, tensor) in trained where name.hasSuffix("lora_B.weight") {
            #expect(tensor.values.contains { $0 != 0 }, "\(name)")
        }
    }

    @Test func `a result that cannot be saved is not lost`() throws {
        let (straight, hindered) = (folder.appendingPathComponent("a"), folder.appendingPathComponent("b"))
        func train(_ folder: URL) throws -> [Int] {
            var steps: [Int] = []
            _ = try BaseTraining(recipe: baseRecipe(), folder: folder).run { steps.append($0.step) }
            return steps
        }
        #expect(try train(straight) == [25, 50, 50])
        let obstacle = hindered.appendingPathComponent("model.safetensors/folder")
        try FileManager.default.createDirectory(at: obstacle, withIntermediateDirectories: true)
        #expect(throws: FileError.self) { try train(hindered) }
        #expect(
            try FileManager.default.contentsOfDirectory(atPath: hindered.path).sorted() == [
                "checkpoint.safetensors", "model.safetensors",
            ])
        try FileManager.default.removeItem(at: obstacle.deletingLastPathComponent())
        // Nothing is left to be trained.
        #expect(try train(hindered) == [])
        #expect(try Backbone(folder: hindered).contentHash == Backbone(folder: straight).contentHash)
        #expect(
            try FileManager.default.contentsOfDirectory(atPath: hindered.path).sorted() == [
                "config.json", "model.safetensors", "tokenizer.json",
            ])
    }

    @Test func `the model that is in the folder stays until another one is trained`() throws {
        var recipe = try baseRecipe()
        _ = try BaseTraining(recipe: recipe, folder: folder).run { _ in }
        func content() throws -> [Data] {
            try ["config.json", "model.safetensors", "tokenizer.json"].map {
                try Data(contentsOf: folder.appendingPathComponent($0))
            }
        }
        let before = try content()
        (recipe.seed, recipe.vocabularySize) = (4, 290)
        _ = try BaseTraining(recipe: recipe, folder: folder).run(isCancelled: { true }) { _ in }
        let isSame = try content() == before
        #expect(isSame)
        _ = try BaseTraining(recipe: recipe, folder: folder).run { _ in }
        let isOther = try zip(content(), before).allSatisfy { $0 != $1 }
        #expect(isOther)
    }

    @Test func `a level that is not learned goes on, which a training that was stopped does as well`() throws
    {
        let model = folder.appendingPathComponent("model")
        _ = try BaseTraining(recipe: baseRecipe(), folder: model).run { _ in }
        let backbone = try Backbone(folder: model)
        func train(_ name: String, until goal: CompressorRecipe.Goal?, stopping at: Int? = nil) throws
            -> (hash: String, steps: Int)
        {
            var recipe = try compressorRecipe()
            recipe.levels[0].until = goal
            let compressor = model.appendingPathComponent("compressors/\(name)")
            let training = try CompressorTraining(
                recipe: recipe, reader: try Reader(backbone), method: PIC(parameters: .init()),
                folder: compressor)
            var steps = 0
            if let at {
                let isFinished = try training.run(
                    isCancelled: {
                        steps += 1
                        return steps == at
                    }, report: { _ in })
                #expect(!isFinished)
            }
            var last = 0
            let isFinished = try training.run { progress in
                last = progress.step
                #expect(progress.steps >= progress.step)
            }
            #expect(isFinished)
            let stored = try StoredCompressor(folder: compressor)
            #expect(stored.card.steps == last)
            return (stored.contentHash, last)
        }
        let plain = try train("plain", until: nil)
        #expect(plain.steps == 50)
        // Nothing is different where it is learned in time.
        #expect(try train("learned", until: .init(loss: 1000, atMost: 60)) == plain)
        #expect(try train("without", until: .init(loss: 0, atMost: 30)) == plain)
        let never = try train("never", until: .init(loss: 0, atMost: 60))
        #expect(never.steps == 80 && never.hash != plain.hash)
        for at in [29, 30, 31, 45, 60, 61] {
            #expect(try train("stopped\(at)", until: .init(loss: 0, atMost: 60), stopping: at) == never)
        }
    }

    @Test func `a compressor that cannot be saved is not lost, nor is the one before`() throws {
        let model = folder.appendingPathComponent("model")
        _ = try BaseTraining(recipe: baseRecipe(), folder: model).run { _ in }
        func train(_ name: String, seed: UInt64) throws -> (hash: String, steps: Int) {
            var recipe = try compressorRecipe()
            recipe.seed = seed
            let compressor = model.appendingPathComponent("compressors/\(name)")
            var steps = 0
            _ = try CompressorTraining(
                recipe: recipe, reader: try Reader(Backbone(folder: model)), method: PIC(parameters: .init()),
                folder: compressor
            ).run { _ in steps += 1 }
            return (try StoredCompressor(folder: compressor).contentHash, steps)
        }
        let (old, _) = try train("c", seed: 3)
        let (new, _) = try train("d", seed: 4)
        let obstacle = model.appendingPathComponent("compressors/c/adapter_config.json/folder")
        try FileManager.default.createDirectory(at: obstacle, withIntermediateDirectories: true)
        #expect(throws: FileError.self) { try train("c", seed: 4) }
        try FileManager.default.removeItem(at: obstacle.deletingLastPathComponent())
        let compressor = model.appendingPathComponent("compressors/c")
        #expect(try StoredCompressor(folder: compressor).contentHash == old)
        #expect(try train("c", seed: 4) == (new, 0))
        #expect(
            try FileManager.default.contentsOfDirectory(atPath: compressor.path).sorted() == [
                "compressor.json", "encoder.safetensors", "memory.safetensors",
            ])
    }

    @Test func `a compressor that is trained again leaves nothing of the one before`() throws {
        let model = folder.appendingPathComponent("model")
        _ = try BaseTraining(recipe: baseRecipe(), folder: model).run { _ in }
        let backbone = try Backbone(folder: model)
        let compressor = model.appendingPathComponent("compressors/c")
        func files(_ encoder: String) throws -> [String] {
            var recipe = try compressorRecipe(encoder: encoder)
            recipe.levels.removeLast()
            recipe.levels[0].steps = 1
            recipe.evaluation.every = 100
            _ = try CompressorTraining(
                recipe: recipe, reader: try Reader(backbone), method: PIC(parameters: .init()),
                folder: compressor
            ).run { _ in }
            let files = try FileManager.default.contentsOfDirectory(atPath: compressor.path).sorted()
            #expect(
                try StoredCompressor(folder: compressor).card.files?.keys.sorted()
                    == files.filter { $0 != "compressor.json" })
            return files
        }
        let whole = ["compressor.json", "encoder.safetensors", "memory.safetensors"]
        #expect(try files("null") == whole)
        let lora = #"{"lora": {"rank": 2, "alpha": 2, "targets": "all-linear"}}"#
        #expect(
            try files(lora) == [
                "adapter_config.json", "adapter_model.safetensors", "compressor.json", "memory.safetensors",
            ])
        #expect(try files("{}") == whole)
    }

    @Test(arguments: [
        (
            #"{"lora": {"rank": 2, "alpha": 2, "targets": ["q_proj", "w_proj"]}}"#,
            "'w_proj' is none of the model's"
        ),
        (#"{"lora": {"rank": 0, "alpha": 2, "targets": "all-linear"}}"#, "rank 0"),
        (#"{"lora": {"rank": 1099511627776, "alpha": 2, "targets": "all-linear"}}"#, "rank 1099511627776"),
    ])
    func `an adapter that cannot be made is named`(_ encoder: String, _ part: String) throws {
        let bundled = try Self.bundled()
        let training = try CompressorTraining(
            recipe: try compressorRecipe(encoder: encoder), reader: try Reader(bundled),
            method: PIC(parameters: .init()),
            folder: folder)
        let error = #expect(throws: ModelError.self) { try training.run { _ in } }
        #expect(error?.description.contains(part) == true, "\(error?.description ?? "")")
    }

    private static func bundled() throws -> Backbone { try Backbone(folder: bundledModel) }

    @Test func `another recipe does not go on from a checkpoint`() throws {
        var recipe = try baseRecipe()
        _ = try BaseTraining(recipe: recipe, folder: folder).run(isCancelled: { true }) { _ in }
        recipe.seed = 4
        #expect(throws: TrainingError.self) { try BaseTraining(recipe: recipe, folder: folder).run { _ in } }
    }

    @Test func `a compressor of another base is refused`() throws {
        let model = folder.appendingPathComponent("model")
        _ = try BaseTraining(recipe: baseRecipe(), folder: model).run { _ in }
        let backbone = try Backbone(folder: model)
        let bundled = try Self.bundled()
        let stored = try StoredCompressor(#require(CompressorFolder.all(of: bundled).first))
        let error = #expect(throws: ContractError.self) { try stored.open(on: backbone) }
        #expect(error?.description.contains("another base model") == true)
    }

    @Test(arguments: ["{", "{}", #"{"name": 7}"#, #"{"name": null}"#])
    func `a recipe that is none is named with its field`(_ json: String) throws {
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        let file = folder.appendingPathComponent("recipe.json")
        try Data(json.utf8).write(to: file)
        let error = #expect(throws: TrainingError.self) { try readRecipe(file, as: BaseRecipe.self) }
        let text = error?.description ?? ""
        #expect(text.contains("recipe.json") && !text.contains("\n"), "\(text)")
    }

    @Test(arguments: [
        ("model.layers", "2", "model.layers is 2, expected 3 to 256"),
        ("model.heads", "1", "model.heads is 1, expected 2"),
        ("model.heads", "5", "the remainder of model.hiddenSize by twice model.heads is"),
        ("evaluation.subjects", "[99]", "evaluation.subjects[0] is 99, expected 1 to 24"),
        ("evaluation.every", "0", "evaluation.every is 0"),
        ("checkpointEvery", "0", "checkpointEvery is 0, expected 1 to"),
        ("levels", "[]", "the number of levels is 0"), ("tokensPerStep", "-4", "tokensPerStep is -4"),
        ("readBackShare", "1e18", "readBackShare is 1000000000000000000, expected 0 to 1"),
        ("optimizer.clip", "0", "optimizer.clip is 0"), ("name", "\"../base\"", "name names a folder"),
    ])
    func `a number out of its range is named, with the range`(_ field: String, _ json: String, _ said: String)
        throws
    {
        let value = try JSONSerialization.jsonObject(with: Data(json.utf8), options: .fragmentsAllowed)
        let shipped = bundledModel.appendingPathComponent("recipe.json")
        #expect(throws: Never.self) { try readRecipe(shipped, as: BaseRecipe.self) }
        let parts = field.split(separator: ".").map(String.init)
        var recipe = try #require(
            JSONSerialization.jsonObject(with: Data(contentsOf: shipped)) as? [String: Any])
        if parts.count == 2 {
            var inner = try #require(recipe[parts[0]] as? [String: Any])
            inner[parts[1]] = value
            recipe[parts[0]] = inner
        } else {
            recipe[field] = value
        }
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        let file = folder.appendingPathComponent("recipe.json")
        try JSONSerialization.data(withJSONObject: recipe).write(to: file)
        let error = #expect(throws: TrainingError.self) { try readRecipe(file, as: BaseRecipe.self) }
        #expect(error?.description.contains(said) == true, "\(error?.description ?? "")")
    }

    @Test func `the shipped compressor's recipe is sound, and empty ratios are not`() throws {
        let shipped = bundledModel.appendingPathComponent("recipes/compressor.json")
        let recipe = try readRecipe(shipped, as: CompressorRecipe.self)
        var other = recipe
        other.levels[1].ratios = []
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        let file = folder.appendingPathComponent("recipe.json")
        try JSONEncoder().encode(other).write(to: file)
        let error = #expect(throws: TrainingError.self) { try readRecipe(file, as: CompressorRecipe.self) }
        #expect(
            error?.description.contains("the number of levels[1].ratios is 0, expected 1 to 10000") == true)
    }
}
