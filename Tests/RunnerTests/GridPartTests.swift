import Budgets
import Contract
import Datasets
import Foundation
import LanguageModels
import Methods
import Reading
import Results
import Runner
import Tasks
import TestSupport
import Testing

/// A grid in parts, for the tasks of a cluster's job.
struct GridPartTests {
    private func plan() throws -> GridPlan {
        let reader = try Reader(Backbone(folder: bundledModel))
        let dataset = Gazette(split: .test).dataset(subjects: [2, 4], documents: 30, seed: 5)
        var grid = Grid(
            methods: [
                FullContext(parameters: .init()), Truncation(parameters: .init()),
                LongLLMLingua(parameters: .init()), PIC(parameters: .init()),
            ],
            budgets: try [4, 16].map { .ratio(try #require(Ratio($0))) },
            tasks: [QuestionAnswering.self, Reconstruction.self],
            data: DocumentStream(id: dataset.id, documents: dataset.documents), sampling: Sampling(limit: 30),
            seeds: [1])
        for type in [
            "FullContext", "Truncation", "LongLLMLingua", "PIC", "QuestionAnswering", "Reconstruction",
        ] {
            grid.sourceHashes[type] = type
        }
        return try grid.plan(for: reader, with: Resources(reader.backbone))
    }

    private func part(_ number: Int, of count: Int) throws -> GridPlan {
        try plan().part(#require(GridPart("\(number)/\(count)")), latencySamples: 2)
    }

    private let run = RunRecord(
        startedAt: Date(), host: "h", cpu: "c", threads: 1, os: "o", toolVersion: "v", gitRevision: nil,
        command: "run")

    private func store(of plan: GridPlan) throws -> ResultStore {
        let store = try ResultStore(path: temporaryPath("part", suffix: ".sqlite").path)
        var runner = GridRunner(plan, store: store)
        runner.latencySamples = 2
        runner.attentionSamples = 2
        let summary = try runner.run(as: run)
        #expect(summary.failed == 0)
        return store
    }

    /// Each item, each latency and each cell's attention once, with the same scores, and nothing is left to do.
    @Test func `merged, the parts are what one run stores`() throws {
        let whole = try store(of: plan()).snapshot().cells
        let merged = try ResultStore(path: temporaryPath("merged", suffix: ".sqlite").path)
        var isCut = false
        for number in 1...3 {
            let store = try store(of: part(number, of: 3))
            isCut = try isCut || store.cells().cells.contains { $0.state == .open }
            let report = try merged.merge(store)
            #expect(report.conflicts.isEmpty && report.leftOut.isEmpty)
            // Nothing is scored or measured a second time.
            let samples = try store.snapshot().cells
            #expect(try GridRunner(part(number, of: 3), store: store).run(as: run).failed == 0)
            #expect(try store.snapshot().cells == samples)
        }
        #expect(isCut)
        let cells = try merged.snapshot(checking: [.pages, .texts]).cells
        #expect(cells.count == whole.count)
        for cell in whole {
            let same = try #require(cells.first { $0.record.fingerprint == cell.record.fingerprint })
            #expect(same.state == .done, "\(cell.record.label)")
            #expect(sorted(same.scores) == sorted(cell.scores), "\(cell.record.label)")
            #expect(same.latencies.map(\.exampleID) == cell.latencies.map(\.exampleID))
            #expect(same.attention == cell.attention, "\(cell.record.label)")
        }
        #expect(cells.contains { $0.attention != nil })
    }

    private func sorted(_ scores: [StoredCell.Score]) -> [StoredCell.Score] {
        scores.sorted { $0.exampleID < $1.exampleID }
    }

    @Test(arguments: [1, 2, 7, 40])
    func `the parts are the grid, each item once`(_ count: Int) throws {
        let whole = try plan().cells
        let parts = try (1...count).map { try part($0, of: count).cells }
        #expect(parts.flatMap { $0 }.reduce(0) { $0 + $1.ownItems } == whole.reduce(0) { $0 + $1.items })
        let order = whole.map(\.identity.fingerprint)
        #expect(Set(parts.flatMap { $0.map(\.identity.fingerprint) }) == Set(order))
        if count <= 7 { #expect(parts.allSatisfy { !$0.isEmpty }) }
        for part in parts.map({ $0.map(\.identity.fingerprint) }) {
            // In the grid's order: references first.
            #expect(part == order.filter(part.contains))
        }
    }

    @Test func `no part has much more work than another`() throws {
        let shares = try (1...4).map { number in
            let remark = try part(number, of: 4).remarks.last ?? ""
            return try #require(
                remark.firstMatch(of: /about (\d+\.\d)% of the work/).flatMap { Double($0.1) })
        }
        #expect(abs(shares.reduce(0, +) - 100) < 0.3)
        #expect((shares.max() ?? 0) < 1.05 * (shares.min() ?? 0), "\(shares)")
    }

    /// A question's sentences, and then what is left of them, go through a model for each question.
    @Test func `what a method computes besides the answer counts`() throws {
        func cost(_ method: String) throws -> Double {
            let cell = try #require(plan().cells.first { $0.trial.method.card.id == method })
            return try cell.cost(of: cell.documents)
        }
        let (truncation, longLLMLingua) = (try cost("truncation"), try cost("longllmlingua"))
        #expect(longLLMLingua > 3 * truncation, "\(longLLMLingua) beside \(truncation)")
    }

    @Test func `what is no part`() {
        for text in ["", "3", "0/4", "5/4", "-1/4", "1/0", "1/2/3", "a/b", "1/10001", " 1/2", "1/"] {
            #expect(GridPart(text) == nil, "\(text)")
        }
        #expect(GridPart("3/16")?.description == "3/16")
    }
}
