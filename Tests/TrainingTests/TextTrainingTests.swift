import Contract
import Datasets
import Foundation
import HardPrompts
import LanguageModels
import Methods
import Metrics
import Prompting
import Reading
import SoftPrompts
import Tasks
import Tensors
import TestSupport
import Testing
import Tokenizers
import Training

/// Compressors that learn from texts of any format.
struct TextTrainingTests {
    private let folder = temporaryPath("text-training")
    private let backbone: Backbone

    init() throws { backbone = try Backbone(folder: bundledModel) }

    private static let lora = #"{"lora": {"rank": 2, "alpha": 4, "targets": "all-linear"}}"#

    private func recipe(_ levels: String, more: String = "") throws -> CompressorRecipe {
        let json = #"""
            {"name": "c", "method": "pic", "seed": 3, "encoder": \#(Self.lora), "levels": \#(levels), \#(more)
             "contextTokensPerStep": 200, "continuationTokens": 8, "questions": 2,
             "optimizer": {"muonRate": 0.006, "adamWRate": 0.0015, "clip": 1,
               "schedule": {"shape": "linear", "warmUp": 5, "decay": 0.4, "floor": 0.02}},
             "evaluation": {"every": 50, "documents": 4, "ratios": [4]}, "checkpointEvery": 1000}
            """#
        return try JSONDecoder().decode(CompressorRecipe.self, from: Data(json.utf8))
    }

    private static let levels = #"""
        [{"steps": 25, "ratios": [2, 4], "contextTokens": [16, 40]},
         {"steps": 25, "ratios": [4, 16], "contextTokens": [16, 300], "lessons": {"answers": 3, "readBack": 1}}]
        """#

    /// Documents of the bundled model's kind, as any data.
    private func texts(_ reader: Reader, count: Int = 40, heldOut: String? = "1/4") throws -> TrainingTexts {
        let documents = Gazette(split: .train).dataset(subjects: [2], documents: count, seed: 5).documents
        return try TrainingTexts(
            [DocumentStream(id: "mine", documents: documents)], heldOut: heldOut.flatMap(Fold.init),
            reader: reader)
    }

    private func training(
        _ recipe: CompressorRecipe, _ method: any TrainableMethod = PIC(parameters: .init()),
        _ name: String = "c", texts: TrainingTexts? = nil
    ) throws -> CompressorTraining {
        let reader = try Reader(backbone)
        return try CompressorTraining(
            recipe: recipe, reader: reader, method: method, texts: texts ?? self.texts(reader),
            folder: folder.appendingPathComponent(name))
    }

    private func values(_ training: CompressorTraining, stopAt: Int? = nil) throws -> [Int: [String: Double]]
    {
        var found: [Int: [String: Double]] = [:]
        var steps = 0
        _ = try training.run(
            isCancelled: {
                steps += 1
                return steps == stopAt
            },
            report: { found[$0.step, default: [:]].merge($0.values) { $1 } })
        return found
    }

    @Test func `a compressor learns from texts, goes on exactly and says what it learned from`() throws {
        let straight = try values(training(recipe(Self.levels)))
        _ = try values(training(recipe(Self.levels), PIC(parameters: .init()), "d"), stopAt: 30)
        let second = try values(training(recipe(Self.levels), PIC(parameters: .init()), "d"))
        #expect(second[50] == straight[50])
        #expect(
            straight[50]?.keys.sorted() == ["answers@4", "continuation@4", "loss", "readBack@4"])
        #expect(straight[50]?["readBack@4"] ?? .infinity < 7)
        let stored = try ["c", "d"].map { try StoredCompressor(folder: folder.appendingPathComponent($0)) }
        #expect(stored[0].contentHash == stored[1].contentHash)
        let data = try #require(stored[0].card.trainedOn)
        let documents = Gazette(split: .train).dataset(subjects: [2], documents: 40, seed: 5).documents
        let fold = try #require(Fold("1/4"))
        let learned = documents.filter { !fold.holds($0) }
        #expect(
            data.map(\.dataset) == ["mine"] && data[0].heldOut == "1/4"
                && data[0].documents == learned.count && 20...39 ~= learned.count)
    }

    @Test func `a classifier learns that answers depend on names and numbers, not on words between them`()
        throws
    {
        let levels =
            #"[{"steps": 60, "ratios": [2, 4], "contextTokens": [16, 300], "lessons": {"answers": 1}}]"#
        let curve = try values(training(recipe(levels), LLMLingua2(parameters: .init())))
        let (begun, ended) = try (#require(curve[25]?["loss"]), #require(curve[60]?["answers@4"]))
        // Who knows no more than that half or a quarter are needed has 0.598 at a quarter.
        #expect(ended < 0.58 && ended < begun, "\(begun), \(ended)")

        let stored = try StoredCompressor(folder: folder.appendingPathComponent("c"))
        let compressor = try stored.open(on: backbone)
        let document = Gazette(split: .test).dataset(subjects: [2], documents: 1, seed: 6).documents[0]
        let context = Context(SourceText(document.text, tokenizer: backbone.tokenizer), limit: .whole)
        let logits = compressor.classes(of: [context], in: Computation()).0.values
        let bytes = Array(document.text.utf8)
        var found: [Bool: [Float]] = [:]
        for word in context.units(.word) {
            let isStopWord = StopWords.contains(String(decoding: bytes[word.bytes], as: UTF8.self))
            found[isStopWord, default: []] += word.tokens.map { logits[2 * $0 + 1] - logits[2 * $0] }
        }
        let (stopWords, others) = try (#require(found[true]), #require(found[false]))
        #expect(stopWords.mean < others.mean - 0.5, "\(stopWords.mean), \(others.mean)")
    }

    /// As Llamas by other makers are, whose tokenizers put nothing in front of a text.
    @Test func `a classifier learns where nothing stands before a context`() throws {
        var configuration = backbone.model.configuration
        configuration.bosID = nil
        let reader = Reader(
            backbone, format: PromptFormat(for: configuration, tokenizer: backbone.tokenizer))
        #expect(reader.format.textPrefix.isEmpty)
        let texts = try texts(reader)
        let recipe = try recipe(
            #"[{"steps": 2, "ratios": [2], "contextTokens": [16, 300], "lessons": {"continuation": 1}}]"#)
        let training = try CompressorTraining(
            recipe: recipe, reader: reader, method: LLMLingua2(parameters: .init()), texts: texts,
            folder: folder.appendingPathComponent("c"))
        #expect(try values(training)[2]?["continuation@4"] ?? .infinity < 1)
    }

    /// The measure of a training is that of a grid, where a chat's header stands before the context too.
    @Test(arguments: ["icae", "500xcompressor"])
    func `a token costs what it costs in a grid`(_ id: String) throws {
        let template = "Someone has sent this.\n{% for m in messages %}{{ m.content }}\n{% endfor %}"
        let chat = try ChatTemplate(
            .file(template, path: "t"), for: TokenizerConfiguration(folder: bundledModel),
            tokenizer: backbone.tokenizer, folder: "t")
        var configuration = backbone.model.configuration
        // Nothing ends an answer, so that both count the same tokens.
        configuration.eosIDs = []
        let reader = Reader(
            backbone,
            format: PromptFormat(for: configuration, tokenizer: backbone.tokenizer, chat: chat))
        let document = Gazette(split: .train).dataset(subjects: [2], documents: 1, seed: 5).documents[0]
        let item = Reconstruction().items(of: document, in: Dataset(id: "", documents: [document]))[0]
        let opening = try reader.format.opening(of: item.prompt)
        let length = reader.source(document.text, behind: opening).tokens.count
        #expect(opening.prefix.count > 5)

        // The other document is to be learned; this one is measured as it is.
        let other = Document(
            id: "other", text: document.text + " " + document.text, questions: [], group: "other")
        let fold = try #require((1...9).lazy.compactMap { Fold("\($0)/9") }.first { $0.holds(document) })
        #expect(!fold.holds(other))
        let texts = try TrainingTexts(
            [DocumentStream(id: "two", documents: [document, other])], heldOut: fold, reader: reader)
        var recipe = try recipe(
            #"[{"steps": 1, "ratios": [4], "contextTokens": [\#(length), \#(length)], "lessons": {"readBack": 1}}]"#
        )
        (recipe.optimizer.muonRate, recipe.optimizer.adamWRate) = (0, 0)
        let type = try #require(allMethods.first { $0.card.id == id })
        func make<Method: CompressionMethod>(_ type: Method.Type) throws -> any TrainableMethod {
            try #require(Method(parameters: .init()) as? any TrainableMethod)
        }
        let method = try make(type)
        recipe.method = id
        let training = try CompressorTraining(
            recipe: recipe, reader: reader, method: method, texts: texts, folder: folder)
        let measured = try values(training)[1]?["readBack@4"]

        let compressor = try StoredCompressor(folder: folder).open(on: backbone)
        let task = TaskCard(id: "reconstruction", name: "", summary: "", metrics: [.nats])
        let scoring = Scoring(
            Trial(
                method, method.preparation(with: compressor), budget: .ratio(try #require(.init(4))),
                reader: reader), task: task)
        let outcome = try scoring.score([DocumentItems(document, [item])])
        let expected = try #require(outcome.first?.metrics["nats"])
        #expect(
            abs(try #require(measured) - expected) < 2e-4 * expected, "\(measured ?? 0), expected \(expected)"
        )
    }

    @Test func `several passes a step make the same compressor as one`() throws {
        func loss(tokensPerPass: Int, rate: Double) throws -> Double {
            var recipe = try recipe(
                #"[{"steps": 25, "ratios": [4], "contextTokens": [16, 40]}]"#,
                more: #""tokensPerPass": \#(tokensPerPass),"#)
            (recipe.optimizer.muonRate, recipe.optimizer.adamWRate) = (rate, rate)
            let name = "\(tokensPerPass)-\(rate)"
            return try #require(try values(training(recipe, PIC(parameters: .init()), name))[25]?["loss"])
        }
        let (one, several, still) = try (
            loss(tokensPerPass: 1000, rate: 0.0005), loss(tokensPerPass: 60, rate: 0.0005),
            loss(tokensPerPass: 60, rate: 0)
        )
        // Sums are in another order, which training amplifies.
        #expect(abs(one - several) < 0.1 * abs(one - still), "\(one), \(several), untrained \(still)")
    }

    @Test func `a method that reads nothing back goes on with texts in that time`() throws {
        let levels = #"[{"steps": 2, "ratios": [4], "contextTokens": [16, 40], "lessons": {"readBack": 1}}]"#
        let found = try values(training(recipe(levels), Gist(parameters: .init())))
        #expect(found[2]?.keys.sorted() == ["continuation@4"])
    }

    @Test(arguments: [
        (
            #"[{"steps": 2, "ratios": [4], "contextTokens": [5000, 6000]}]"#,
            "level 0 wants a text of at least 5000"
        ),
        (
            #"[{"steps": 2, "ratios": [4], "contextTokens": [1, 3], "lessons": {"answers": 1}}]"#,
            "texts of 1 to 3 tokens that something is asked about"
        ),
    ])
    func `texts that lack what a level wants are refused`(_ levels: String, _ said: String) throws {
        let error = #expect(throws: TrainingError.self) { try training(recipe(levels)) }
        #expect(error?.description.contains(said) == true, "\(error?.description ?? "")")
    }

    @Test func `texts that are all held out are refused`() throws {
        let reader = try Reader(backbone)
        let document = Document(id: "a", text: "A text.", questions: [])
        let fold = try #require((1...3).lazy.compactMap { Fold("\($0)/3") }.first { $0.holds(document) })
        let error = #expect(throws: TrainingError.self) {
            try TrainingTexts(
                [DocumentStream(id: "one", documents: [document])], heldOut: fold, reader: reader)
        }
        #expect(error?.description.contains("all of it is in the fold") == true)
    }

    @Test(arguments: [
        (#""levels": [{"steps": 1, "ratios": [4]}]"#, "levels[0] has neither subjects"),
        (
            #""levels": [{"steps": 1, "ratios": [4], "subjects": [1], "contextTokens": [1, 2]}]"#,
            "levels[0] has subjects and contextTokens"
        ),
        (
            #""levels": [{"steps": 1, "ratios": [4], "contextTokens": [1]}]"#,
            "the number of levels[0].contextTokens is 1, expected 2"
        ),
        (
            #""levels": [{"steps": 1, "ratios": [4], "contextTokens": [1, 2], "lessons": {"answers": 0}}]"#,
            "levels[0].lessons are all 0"
        ),
        (
            #""levels": [{"steps": 1, "ratios": [4], "contextTokens": [1, 2], "lessons": {"answer": 1}}]"#,
            "it has a field 'levels.[0].lessons.answer'"
        ),
        (#""levels": [{"steps": 1, "ratios": [4], "subjects": [1]}]"#, "evaluation.subjects is missing"),
        (#""levels": [], "warmup": 3"#, "it has a field 'warmup'"),
    ])
    func `a recipe that does not go together is named`(_ fields: String, _ said: String) throws {
        let json = #"""
            {"name": "c", "method": "pic", "seed": 3, \#(fields), "contextTokensPerStep": 200, "questions": 2,
             "optimizer": {"muonRate": 0.006, "adamWRate": 0.0015, "clip": 1,
               "schedule": {"shape": "linear", "warmUp": 5, "decay": 0.4, "floor": 0.02}},
             "evaluation": {"every": 50, "documents": 4}, "checkpointEvery": 1000}
            """#
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        let file = folder.appendingPathComponent("recipe.json")
        try Data(json.utf8).write(to: file)
        let error = #expect(throws: TrainingError.self) { try readRecipe(file, as: CompressorRecipe.self) }
        #expect(error?.description.contains(said) == true, "\(error?.description ?? "")")
    }

    @Test func `a shortened schedule has every level`() throws {
        var recipe = try recipe(Self.levels)
        recipe.multiplySteps(by: 0.5)
        #expect(recipe.levels.map(\.steps) == [13, 13])
        recipe.multiplySteps(by: 0.001)
        #expect(recipe.levels.map(\.steps) == [1, 1])
    }

    @Test func `the recipe to start from is sound`() throws {
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        let file = folder.appendingPathComponent("recipe.json")
        try Data(CompressorRecipe.example.utf8).write(to: file)
        let recipe = try readRecipe(file, as: CompressorRecipe.self)
        #expect(recipe.isForTexts && !CompressorRecipe.example.contains("\n"))
    }

    @Test func `memory tokens begin alike or each by itself`() {
        let model = backbone.model
        let (alike, distinct) = (Compressor(for: model), Compressor(for: model, hasDistinctMemories: true))
        let width = alike.memory.width
        func row(_ tensor: Compressor, _ i: Int) -> [Float] {
            Array(tensor.memory.values[i * width..<(i + 1) * width])
        }
        #expect(row(alike, 0) == row(alike, 255))
        #expect(row(distinct, 0) == row(alike, 0) && row(distinct, 1) != row(distinct, 0))
    }
}
