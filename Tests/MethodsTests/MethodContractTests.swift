import Budgets
import Contract
import Foundation
import LanguageModels
import Methods
import Prompting
import Reading
import Seeding
import SoftPrompts
import Tensors
import Testing
import TestSupport

/// What every method in Methods/ has to keep to. A new file is tested without being named here.
struct MethodContractTests {
    static let ids = allMethods.map { $0.card.id }
    private let reader: Reader
    private let backbone: Backbone

    init() throws {
        backbone = try Backbone(folder: bundledModel)
        reader = try Reader(backbone)
    }

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
        #expect(card.loses.hasSuffix(".") && !card.loses.contains("\n"))
        if let paper = card.paper { #expect(URL(string: paper)?.scheme == "https") }
    }

    @Test(arguments: ids)
    func `each parameter says what it may be`(_ id: String) throws {
        func check<Method: CompressionMethod>(_ type: Method.Type) throws {
            let choices = Method.choices
            #expect(Set(choices.map(\.name)) == Set(Method.card.parameters.keys))
            #expect(Method.card.parameters.values.allSatisfy { !$0.isEmpty && !$0.hasSuffix(".") })
            #expect(
                choices.map(\.name)
                    == Mirror(reflecting: Method.Parameters()).children.compactMap(\.label).sorted())
            #expect(Set(Method.Parameters.ranges.keys).isSubset(of: choices.map(\.name)))
            for choice in choices {
                for value in choice.values { _ = try Method.Parameters([(choice.name, value)], method: id) }
                guard let range = choice.range else {
                    // Numbers have a range; everything else has its values.
                    #expect(choice.values.count > 1, "\(choice)")
                    continue
                }
                for value in [range.lowerBound - 1, range.upperBound + 1] {
                    #expect(throws: ContractError.self) {
                        try Method.Parameters([(choice.name, "\(value)")], method: id)
                    }
                }
            }
        }
        try check(method(id))
    }

    @Test(arguments: ids)
    func `parameters survive JSON, and unknown ones are refused`(_ id: String) throws {
        func check<Method: CompressionMethod>(_ type: Method.Type) throws {
            let parameters = Method.Parameters()
            let again = try JSONDecoder().decode(Method.Parameters.self, from: Data(parameters.json.utf8))
            #expect(again == parameters && again.json == parameters.json)
            #expect(throws: ContractError.self) {
                try Method.Parameters([(name: "nonesuch", value: "1")], method: id)
            }
        }
        try check(method(id))
    }

    @Test(arguments: ids, [0, 1, 3, 17, 64, 500])
    func `the budget is kept and what is kept can be used`(_ id: String, _ length: Int) throws {
        let budgets =
            [1, 2.5, 4, 64].compactMap(Ratio.init).map(Budget.ratio) + [.positions(1), .positions(24)]
        for budget in budgets {
            let context = context(length, budget)
            // Throws where a token, a slot or a position is unsound or the budget is not kept.
            let kept = try trial(id, budget).keep([context])
            #expect(kept[0].measure.positions <= max(context.budget, context.tokens.count))
            #expect(kept[0].measure.bytes >= 0)
            let outputs = DecodingSession(
                kept, [.init(context: 0, prompt: [2, 7], maxNewTokens: 3)], model: backbone.model, stop: []
            ).finish()
            #expect(outputs[0].count == 3)
        }
    }

    @Test(arguments: ids)
    func `a very long context is compressed`(_ id: String) throws {
        let budget = Budget.ratio(try #require(Ratio(64)))
        _ = try trial(id, budget).keep([context(5000, budget)])
    }

    @Test(arguments: ids)
    func `the same seed gives the same, and contexts together as alone`(_ id: String) throws {
        let budget = Budget.ratio(try #require(Ratio(4)))
        let contexts = [40, 3, 0, 129].map { context($0, budget) }
        let trial = try trial(id, budget)
        func values(_ contexts: [Context]) throws -> [[Float]] {
            try trial.preparation.compress(contexts, in: Computation()).map(self.values)
        }
        let (together, again) = (try values(contexts), try values(contexts))
        for (i, context) in contexts.enumerated() {
            #expect(together[i] == again[i])
            let alone = try values([context])[0]
            #expect(together[i].count == alone.count)
            #expect(zip(together[i], alone).allSatisfy { abs($0 - $1) < 1e-4 })
        }
    }

    @Test(arguments: ids)
    func `a method whose card says query-agnostic keeps the same whatever is asked`(_ id: String) throws {
        let budget = Budget.ratio(try #require(Ratio(4)))
        let trial = try trial(id, budget)
        let document = Document(
            id: "d", text: "Anna Berg was born in Oslo in 1950. She plays the violin and lives in Bergen.",
            questions: [])
        let contexts = try ["Where was Anna Berg born?", "What does Anna Berg play?"].map {
            try trial.context(document, for: Prompt(purpose: .answer, request: $0, question: $0))
        }
        #expect(contexts.allSatisfy { ($0.question != nil) == trial.method.card.isQueryAware })
        // Alone, since what stands beside a context in a pass moves the last digits.
        let kept = try contexts.map { try values(trial.preparation.compress([$0], in: Computation())[0]) }
        let isSame = kept[0] == kept[1]
        if !trial.method.card.isQueryAware { #expect(isSame) }
    }

    @Test(arguments: ids)
    func `a preparation that was closed opens again`(_ id: String) throws {
        let budget = Budget.ratio(try #require(Ratio(4)))
        let trial = try trial(id, budget)
        let context = context(40, budget)
        let before = try trial.preparation.compress([context], in: Computation()).map(values)
        trial.preparation.close()
        try trial.preparation.open()
        #expect(try trial.preparation.compress([context], in: Computation()).map(values) == before)
        trial.preparation.close()
    }

    // MARK: -

    private func method(_ id: String) throws -> any CompressionMethod.Type {
        try #require(allMethods.first { $0.card.id == id })
    }

    /// With an untrained compressor for methods that learn one: the contract holds before training.
    private func trial(_ id: String, _ budget: Budget) throws -> Trial {
        func made<Method: CompressionMethod>(_ type: Method.Type) throws -> Trial {
            let method = Method(parameters: .init())
            let preparation =
                if let trainable = method as? any TrainableMethod {
                    trainable.preparation(with: Compressor(for: backbone.model))
                } else {
                    try #require(method.preparations(for: Demand(budget), from: Resources(backbone)).first)
                }
            return Trial(method, preparation, budget: budget, reader: reader)
        }
        return try made(method(id))
    }

    private func context(_ length: Int, _ budget: Budget) -> Context {
        var generator = SeededGenerator(seed: UInt64(length))
        let vocabulary = backbone.tokenizer.vocabularySize
        let tokens = (0..<length).map { _ in Int32(generator.integer(in: 264...vocabulary - 1)) }
        return Context(
            SourceText(tokens: tokens, prefix: reader.format.textPrefix), limit: budget, seed: 5)
    }

    private func values(_ kept: Kept) -> [Float] {
        let own: [Float] =
            switch kept.content {
            case .selection(let indices): indices.map { Float($0) }
            case .text(let text): text.utf8.map { Float($0) }
            case .slots(let slots, let positions): slots.values + positions.map { Float($0) }
            case .cache(_, let selection): selection.indices.joined().joined().map { Float($0) }
            }
        return own + [Float(kept.next ?? -1)]
            + (kept.lead.map { $0.answer.values + $0.readBack.values } ?? [])
    }
}
