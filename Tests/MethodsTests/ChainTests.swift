import Budgets
import Contract
import LanguageModels
import Methods
import Prompting
import Reading
import Tensors
import Testing
import TestSupport

/// Methods one behind another.
struct ChainTests {
    private let reader: Reader
    private let text = """
        Anna Berg lives in Oslo. She is a baker. The bridge is old and red. Bert Lund works for a bank in Bergen.
        The lake is deep. Ida Holm sings in a choir. The choir meets on Mondays in the town hall of Lillehammer.
        """

    init() throws { reader = try Reader(Backbone(folder: bundledModel)) }

    private func context(_ budget: Budget, question: String? = nil, text: String? = nil) -> Context {
        Context(
            SourceText(text ?? self.text, prefix: [1], tokenizer: reader.tokenizer), limit: budget,
            seed: 7,
            question: question)
    }

    private func trial(_ links: [any ConfiguredMethod], _ budget: Budget) throws -> Trial {
        let method = try Chain(links)
        let resources = Resources(try reader.backbone)
        let preparation = try method.preparation(for: Demand(budget), from: resources)
        try preparation.open()
        return Trial(method, preparation, budget: budget, reader: reader)
    }

    @Test func `the budget is shared out by equal factors`() {
        #expect(Chain.budgets(of: 64, to: 4, links: 2) == [16, 4])
        #expect(Chain.budgets(of: 1000, to: 1, links: 3) == [100, 10, 1])
        #expect(
            Chain.budgets(of: 7, to: 7, links: 2) == [7, 7]
                && Chain.budgets(of: 0, to: 0, links: 2) == [0, 0])
    }

    @Test func `tokens chosen twice are those of the context`() throws {
        let tail = Truncation(parameters: try .init([("keep", "tail")], method: "truncation"))
        let budget = Budget.positions(4)
        let context = context(budget)
        let count = context.tokens.count
        let first = Chain.budgets(of: count, to: 4, links: 2)[0]
        let trial = try trial([tail, Truncation(parameters: .init())], budget)
        let kept = try trial.preparation.compress([context], in: Computation())[0]
        guard case .selection(let indices) = kept.content else { throw Unexpected() }
        #expect(indices == Array(count - first..<count - first + 4))
    }

    /// The second method reads what the first one wrote, and nothing else.
    @Test func `keys and values are those of the shorter text alone`() throws {
        let budget = Budget.positions(6)
        let context = context(budget)
        let first = Chain.budgets(of: context.tokens.count, to: 6, links: 2)[0]
        let head = Array(context.tokens.prefix(first))
        let short = Context(SourceText(tokens: head, prefix: [1]), limit: budget, seed: 7)
        let alone = KNorm(parameters: .init())
        let own = Trial(
            alone, try alone.preparation(for: Demand(budget), from: Resources(reader.backbone)),
            budget: budget,
            reader: reader)
        func answer(_ kept: [KeptContext]) throws -> [[Int32]] {
            try DecodingSession(
                kept, [.init(context: 0, prompt: [2, 7, 9], maxNewTokens: 12)], model: reader.backbone.model,
                stop: []
            ).finish()
        }
        let chained = try trial([Truncation(parameters: .init()), alone], budget).keep([context])
        #expect(try answer(chained) == answer(own.keep([short])))
        #expect(chained[0].measure.positions == 6)
    }

    @Test(arguments: [
        ["bm25", "pic"], ["truncation", "icae"], ["stop-words", "snapkv"], ["lexrank", "llmlingua"],
        ["llmlingua", "adakv"],
        ["random", "mean-pooling"], ["bm25", "stop-words", "streaming-llm"], ["selective-context", "kvzip"],
    ])
    func `any chain keeps its budget, whatever the context`(_ ids: [String]) throws {
        let links = try ids.map { id -> any ConfiguredMethod in
            func plain<Method: CompressionMethod>(_: Method.Type) -> any ConfiguredMethod {
                Method(parameters: .init())
            }
            let type: any CompressionMethod.Type = try #require(allMethods.first { $0.card.id == id })
            return plain(type)
        }
        for budget in [Budget.ratio(try #require(Ratio(16))), .ratio(try #require(Ratio(64)))] {
            let trial = try trial(links, budget)
            for text in [
                text, "Anna.", "", "Ærlig talt – ikke 😀 så 日本語 verst.", String(repeating: text, count: 6),
            ] {
                let context = context(
                    budget, question: trial.method.card.isQueryAware ? "Who sings?" : nil, text: text)
                let kept = try trial.keep([context, context])
                #expect(kept[0].measure.positions <= context.budget && kept[0].measure == kept[1].measure)
            }
        }
    }

    @Test func `a link sees the question only where its own card asks for it`() throws {
        let chain = try Chain([BM25(parameters: .init()), PIC(parameters: .init())])
        #expect(chain.card.isQueryAware && chain.card.id == "bm25+pic" && chain.card.family == .softPrompt)
        #expect(chain.label == "BM25 sentences + PIC" && chain.types == ["BM25", "PIC"])
        #expect(chain.parametersJSON.hasPrefix(#"{"1":{},"2":{"#))
        let plain = try Chain([Truncation(parameters: .init()), Asks(parameters: .init())])
        #expect(!plain.card.isQueryAware)
        let preparation = try plain.preparation(for: Demand(.positions(2)), from: Resources(reader.backbone))
        _ = try preparation.compress([context(.positions(2), question: "Who?")], in: Computation())
    }

    @Test func `what cannot be chained is refused in one line`() {
        #expect {
            try Chain([KNorm(parameters: .init()), PIC(parameters: .init())])
        } throws: {
            "\($0)" == "knorm+pic: knorm keeps no text that another method could read; put it last"
        }
        #expect(throws: ContractError.self) {
            try Chain([FullContext(parameters: .init()), PIC(parameters: .init())])
        }
    }

    @Test func `selected tokens have the text that they stand for`() {
        let source = SourceText("Anna Berg lives in Oslo, at 7.", tokenizer: reader.tokenizer)
        let all = source.selecting(Array(source.tokens.indices))
        #expect(all.text == source.text && all.offsets == source.offsets && all.tokens == source.tokens)
        let indices = source.tokens.indices.filter { $0 % 3 != 1 }
        let some = source.selecting(indices)
        #expect(some.tokens == indices.map { source.tokens[$0] })
        let (before, behind) = (Array(source.text.utf8), Array(some.text.utf8))
        for (index, range) in zip(indices, some.offsets) {
            #expect(Array(behind[range]) == Array(before[source.offsets[index]]))
        }
    }

    private struct Unexpected: Error {}

    /// Refuses a question.
    private struct Asks: DirectMethod {
        static let card = MethodCard(
            id: "asks", name: "Asks", family: .hardPrompt, summary: "For tests.", loses: "Whatever.")
        let parameters: NoParameters

        func compress(_ context: Context) throws -> Kept {
            guard context.question == nil else { throw Unexpected() }
            return .selection(0..<1)
        }
    }
}
