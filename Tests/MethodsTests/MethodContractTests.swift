import Bench
import Foundation
import Methods
import Seeding
import Tensors
import Testing

/// What every method in Methods/ has to keep to. A new file is tested without being named here.
struct MethodContractTests {
    static let ids = allMethods.map { $0.card.id }
    private let backbone: Backbone

    init() throws { backbone = try Backbone(folder: repository.appendingPathComponent("Models/gazette-1m")) }

    @Test func `identifiers and names are unique and can be typed`() {
        #expect(Set(Self.ids).count == Self.ids.count)
        #expect(Set(allMethods.map { $0.card.name }).count == Self.ids.count)
        for id in Self.ids { #expect(id.wholeMatch(of: /[a-z0-9]+(-[a-z0-9]+)*/) != nil, "\(id)") }
        #expect(
            allMethods.count { $0.card.role == .upper } == 1
                && allMethods.count { $0.card.role == .lower } == 1)
    }

    @Test(arguments: ids)
    func `the card says what it is`(_ id: String) throws {
        let card = try method(id).card
        #expect(!card.name.isEmpty && card.summary.hasSuffix(".") && !card.summary.contains("\n"))
        if let paper = card.paper { #expect(URL(string: paper)?.scheme == "https") }
    }

    @Test(arguments: ids)
    func `parameters survive JSON, and unknown ones are refused`(_ id: String) throws {
        func check<Method: CompressionMethod>(_ type: Method.Type) throws {
            let parameters = Method.Parameters()
            let again = try JSONDecoder().decode(Method.Parameters.self, from: Data(parameters.json.utf8))
            #expect(again == parameters && again.json == parameters.json)
            #expect(throws: BenchError.self) {
                try Method.Parameters([(name: "nonesuch", value: "1")], method: id)
            }
        }
        try check(method(id))
    }

    @Test(arguments: ids, [0, 1, 3, 17, 64, 500])
    func `the budget is kept and what is kept can be used`(_ id: String, _ length: Int) throws {
        for ratio in [1, 2.5, 4, 64].compactMap(Ratio.init) {
            let context = context(length, ratio)
            let compressed = try compress([context], id)[0]
            // Throws where a token, a slot or a position is unsound or the budget is not kept.
            let kept = try scorer.inspect(
                compressed, of: context, budgetApplies: try method(id).card.role != .upper, method: id)
            #expect(kept.positions == compressed.count && kept.bytes >= 0)
            let outputs = DecodingSession(
                [compressed], [.init(context: 0, prompt: [2, 7], maxNewTokens: 3)], model: backbone.model,
                prefix: backbone.format.prefix, stop: []
            ).finish()
            #expect(outputs[0].count == 3)
        }
    }

    @Test(arguments: ids)
    func `a very long context is compressed`(_ id: String) throws {
        let ratio = try #require(Ratio(64))
        let context = context(5000, ratio)
        _ = try scorer.inspect(
            try compress([context], id)[0], of: context, budgetApplies: try method(id).card.role != .upper,
            method: id)
    }

    @Test(arguments: ids)
    func `the same seed gives the same, and contexts together as alone`(_ id: String) throws {
        let contexts = try [40, 3, 0, 129].map { context($0, try #require(Ratio(4))) }
        let together = try compress(contexts, id)
        let again = try compress(contexts, id)
        for (i, context) in contexts.enumerated() {
            #expect(values(together[i]) == values(again[i]))
            let alone = values(try compress([context], id)[0])
            #expect(zip(values(together[i]), alone).allSatisfy { abs($0 - $1) < 1e-4 })
            #expect(values(together[i]).count == alone.count)
        }
    }

    // MARK: -

    private var scorer: Scorer {
        Scorer(backbone: backbone, task: TaskCard(id: "t", name: "T", summary: "", metrics: [.f1]))
    }

    private func method(_ id: String) throws -> any CompressionMethod.Type {
        try #require(allMethods.first { $0.card.id == id })
    }

    /// With an untrained compressor for methods that learn one: the contract holds before training.
    private func compress(_ contexts: [Context], _ id: String) throws -> [CompressedContext] {
        func run<Method: CompressionMethod>(_ type: Method.Type) throws -> [CompressedContext] {
            let compressor = type is any TrainableMethod.Type ? Compressor(for: backbone.model) : nil
            return try Method(parameters: .init()).compress(
                contexts, with: Tools(model: backbone.model, compressor: compressor))
        }
        return try run(method(id))
    }

    private func context(_ length: Int, _ ratio: Ratio) -> Context {
        var generator = SeededGenerator(seed: UInt64(length))
        let vocabulary = backbone.tokenizer.vocabularySize
        return Context(
            tokens: (0..<length).map { _ in Int32(generator.integer(in: 264...vocabulary - 1)) },
            ratio: ratio, seed: 5)
    }

    private func values(_ compressed: CompressedContext) -> [Float] {
        switch compressed {
        case .tokens(let tokens): tokens.map { Float($0) }
        case .slots(let slots, let positions, let next):
            slots.values + positions.map { Float($0) } + [Float(next)]
        case .introduced(let kept, let lead):
            values(kept) + lead.answer.values + lead.readBack.values
        }
    }
}

let repository = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
    .deletingLastPathComponent()
