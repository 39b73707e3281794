import Budgets
import Contract
import Datasets
import LanguageModels
import Methods
import Reading
import Runner
import Tasks
import TestSupport
import Testing

/// A grid in parts, for the tasks of a cluster's job.
struct GridPartTests {
    private func plan() throws -> GridPlan {
        let reader = try Reader(Backbone(folder: bundledModel))
        let dataset = Gazette(split: .test).dataset(subjects: [2, 6], documents: 6, seed: 5)
        var grid = Grid(
            methods: [
                FullContext(parameters: .init()), Truncation(parameters: .init()), KNorm(parameters: .init()),
            ],
            budgets: [.positions(8), .positions(16), .positions(64)],
            tasks: [QuestionAnswering.self, Reconstruction.self],
            data: DocumentStream(id: dataset.id, documents: dataset.documents), sampling: Sampling(limit: 40),
            seeds: [1, 2])
        for type in ["FullContext", "Truncation", "KNorm", "QuestionAnswering", "Reconstruction"] {
            grid.sourceHashes[type] = type
        }
        return try grid.plan(for: reader, with: Resources(reader.backbone))
    }

    @Test(arguments: [1, 2, 3, 7, 26, 40])
    func `the parts are the grid, each cell once`(_ count: Int) throws {
        let whole = try plan().cells.map(\.identity.fingerprint)
        #expect(whole.count == 26)
        let parts = try (1...count).map { number in
            try plan().part(#require(GridPart("\(number)/\(count)"))).cells.map(\.identity.fingerprint)
        }
        #expect(parts.flatMap { $0 }.count == whole.count && Set(parts.flatMap { $0 }) == Set(whole))
        // In the grid's order: references first.
        for part in parts { #expect(part == whole.filter(part.contains)) }
        if count <= 7 { #expect(parts.allSatisfy { !$0.isEmpty }) }
    }

    @Test func `no part has much more work than another`() throws {
        let shares = try (1...4).map { number in
            let remark = try plan().part(#require(GridPart("\(number)/4"))).remarks.last ?? ""
            return try #require(
                remark.firstMatch(of: /about (\d+\.\d)% of the work/).flatMap { Double($0.1) })
        }
        #expect(abs(shares.reduce(0, +) - 100) < 0.3)
        #expect((shares.max() ?? 0) < 1.3 * (shares.min() ?? 0), "\(shares)")
    }

    /// A question's sentences, and then what is left of them, go through a model for each question.
    @Test func `what a method computes besides the answer counts`() throws {
        let reader = try Reader(Backbone(folder: bundledModel))
        let dataset = Gazette(split: .test).dataset(subjects: [4], documents: 3, seed: 5)
        var grid = Grid(
            methods: [Truncation(parameters: .init()), LongLLMLingua(parameters: .init())],
            budgets: [.positions(8), .positions(16), .positions(64)], tasks: [QuestionAnswering.self],
            data: DocumentStream(id: dataset.id, documents: dataset.documents), sampling: Sampling(limit: 30),
            seeds: [1])
        for type in ["Truncation", "LongLLMLingua", "QuestionAnswering"] { grid.sourceHashes[type] = type }
        let plan = try grid.plan(for: reader, with: Resources(reader.backbone))
        let parts = try (1...4).map { number in
            try plan.part(#require(GridPart("\(number)/4"))).cells.map(\.trial.method.card.id)
        }
        #expect(parts.filter { $0 == ["longllmlingua"] }.count == 3, "\(parts)")
    }

    @Test func `what is no part`() {
        for text in ["", "3", "0/4", "5/4", "-1/4", "1/0", "1/2/3", "a/b", "1/10001", " 1/2", "1/"] {
            #expect(GridPart(text) == nil, "\(text)")
        }
        #expect(GridPart("3/16")?.description == "3/16")
    }
}
