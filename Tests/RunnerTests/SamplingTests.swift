import Contract
import Foundation
import LanguageModels
import Methods
import Reading
import Runner
import Tasks
import Testing
import TestSupport

/// What a grid asks: the sample, worked examples, other words, what does not fit.
struct SamplingTests {
    /// Documents with three questions each.
    private func documents(_ count: Int) -> [Document] {
        (0..<count).map { i in
            Document(
                id: "d\(i)", text: "Anna \(i) works as a baker in Oslo. " + "Bert lives in Bergen.",
                questions: (0..<3).map {
                    Question(id: "d\(i)-\($0)", text: "Where does Anna \(i) work, \($0)?", answers: ["Oslo"])
                })
        }
    }

    private func grid(
        _ documents: [Document], limit: Int?, documents most: Int? = nil, seed: UInt64 = 1
    ) -> Grid {
        var grid = Grid(
            methods: [FullContext(parameters: .init()), Truncation(parameters: .init())],
            budgets: [.positions(4)], tasks: [QuestionAnswering.self],
            data: DocumentStream(id: "test", documents: documents),
            sampling: Sampling(limit: limit, documents: most, seed: seed), seeds: [1])
        grid.sourceHashes = ["FullContext": "f", "Truncation": "t", "QuestionAnswering": "q"]
        return grid
    }

    private func asked(_ grid: Grid) throws -> [String] {
        try grid.questions().units[0].flatMap(\.items).map(\.id)
    }

    @Test func `a sample is random, repeatable, and part of a larger one`() throws {
        let all = documents(40)
        let (ten, twenty) = (try asked(grid(all, limit: 10)), try asked(grid(all, limit: 20)))
        #expect(ten.count == 10 && Set(ten).isSubset(of: twenty))
        #expect(try asked(grid(all, limit: 10)) == ten)
        #expect(try asked(grid(all, limit: 10, seed: 2)) != ten)
        #expect(Set(try asked(grid(all.reversed(), limit: 10))) == Set(ten))
        // Neither the first documents nor the first questions.
        #expect(ten.contains { !$0.hasSuffix("-0") } && ten != (0..<10).map { "d\($0)-0" })
    }

    @Test func `items are spread over documents as evenly as they can be`() throws {
        func counts(_ limit: Int?) throws -> [Int] {
            try grid(documents(3), limit: limit).questions().units[0].map(\.items.count).sorted()
        }
        #expect(try counts(2) == [1, 1] && counts(4) == [1, 1, 2])
        #expect(try counts(nil) == [3, 3, 3] && counts(100) == [3, 3, 3])
    }

    @Test func `a limit of documents shares the items out among fewer`() throws {
        func counts(_ limit: Int?, _ most: Int) throws -> [Int] {
            try grid(documents(40), limit: limit, documents: most).questions().units[0].map(\.items.count)
        }
        #expect(try counts(6, 4).sorted() == [1, 1, 2, 2] && counts(nil, 2) == [3, 3])
        #expect(try counts(3, 10) == [1, 1, 1])
        let (few, many) = (
            try asked(grid(documents(40), limit: 6, documents: 4)), try asked(grid(documents(40), limit: 4))
        )
        #expect(Set(many).isSubset(of: few))
    }

    /// Asks with a name of another document, as a task may that looks for its document in the data.
    private struct Contrast: TaskAdapter {
        static let card = TaskCard(id: "contrast", name: "Contrast", summary: "", metrics: [])

        func items(of document: Document, in dataset: Dataset) -> [Item] {
            guard let place = dataset.documents.firstIndex(where: { $0.id == document.id }) else { return [] }
            let other = dataset.documents[(place + 1) % dataset.documents.count]
            let prompt = Prompt(purpose: .answer, request: "\(other.id)?")
            return [Item(id: document.id, prompt: prompt, references: ["no"], outputLimit: .tokens(1))]
        }
    }

    @Test func `a task may look at the other documents of the sample`() throws {
        var two = grid(documents(8), limit: 2)
        two.tasks = [Contrast.self]
        let units = try two.questions().units[0]
        #expect(units.count == 2)
        #expect(units.map { $0.items[0].prompt.request } == units.reversed().map { "\($0.document.id)?" })
    }

    @Test func `worked examples are the same for all, and never the document that is asked about`() throws {
        var some = grid(documents(20), limit: 5)
        some.asking.shots = 3
        let units = try some.questions().units[0]
        let shots = units.flatMap(\.items).map(\.prompt.shots)
        #expect(shots.count == 5 && Set(shots).count == 1 && shots[0].count == 3)
        #expect(shots[0].allSatisfy { shot in !units.contains { $0.document.text == shot.context } })
        #expect(shots[0].allSatisfy { $0.answer == "Oslo" && $0.request.hasPrefix("Question: Where") })
        // Where every document is asked about, the examples are from others of them.
        var every = grid(documents(4), limit: nil)
        every.asking.shots = 3
        for unit in try every.questions().units[0] {
            let contexts = unit.items[0].prompt.shots.map(\.context)
            #expect(contexts.count == 3 && !contexts.contains(unit.document.text))
        }
        every.asking.shots = 4
        #expect(throws: ContractError.self) { try every.questions() }
    }

    @Test func `words of a user's own take a task's place`() throws {
        var own = grid(documents(2), limit: nil)
        own.asking.system = "You are terse."
        own.asking.wordings["qa"] = try Wording(
            ["request": "Q {question}", "answer_prefix": ""], of: "w.json")
        let prompt = try own.questions().units[0][0].items[0].prompt
        #expect(prompt.request == "Q Where does Anna 0 work, 0?" && prompt.answerPrefix.isEmpty)
        #expect(prompt.system == "You are terse." && prompt.instruction.hasPrefix("Answer the question"))
        #expect(throws: ContractError.self) { try Wording(["words": ""], of: "w.json") }
        #expect(throws: ContractError.self) { try Wording(["request": "{answer}"], of: "w.json") }
    }

    @Test
    func `what does not fit is refused, left out or shortened by the rule, for those alone that read it`()
        throws
    {
        let reader = try Reader(Backbone(folder: bundledModel))
        let limit = try #require(reader.contextLimit)
        var all = documents(3)
        all[1] = Document(
            id: "long", text: String(repeating: "Anna works in Oslo. ", count: limit),
            questions: all[1].questions)
        func plan(_ rule: Overflow) throws -> GridPlan {
            var grid = grid(all, limit: nil)
            grid.overflow = rule
            return try grid.plan(for: reader, with: Resources(reader.backbone))
        }
        #expect(throws: ContractError.self) { try plan(.error) }
        let skipped = try plan(.skip)
        #expect(skipped.cells.map(\.items) == [6, 9] && skipped.remarks.count == 1)
        #expect(skipped.cells.map { $0.identity.json.contains("overflow") } == [true, false])
        let shortened = try plan(.truncateMiddle)
        #expect(shortened.cells.map(\.items) == [9, 9] && shortened.remarks.count == 1)
        let long = try #require(shortened.cells[0].documents.first { $0.document.id == "long" })
        #expect(long.document.text.contains(" … ") && long.document.text.count < all[1].text.count)
        let over = try shortened.cells[0].trial.tokensOver(long.items[0], behind: long.document)
        #expect(over <= 0 && over > -64)
    }

    @Test func `worked examples are the context where a task asks for it`() throws {
        let problems = (0..<12).map { i in
            Document(
                id: "p\(i)", text: "",
                questions: [
                    Question(id: "p\(i)", text: "\(i) + 1?", answers: ["\(i + 1)"], explanation: "One\nmore.")
                ])
        }
        var some = grid(problems, limit: 5)
        some.tasks = [InContextLearning.self]
        some.asking.shotsInContext = 4
        let units = try some.questions().units[0]
        #expect(units.count == 1 && units[0].items.count == 5)
        let text = units[0].document.text
        #expect(
            text.components(separatedBy: "Question: ").count == 5 && text.contains("One more. The answer is ")
        )
        #expect(units[0].items.allSatisfy { !text.contains($0.prompt.request) })
    }
}
