import Budgets
import Contract
import Datasets
import Foundation
import LanguageModels
import Methods
import Prompting
import Reading
import Results
import Runner
import Synchronization
import Tasks
import Testing
import TestSupport

/// What makes two cells one experiment, and what is done with them.
struct GridTests {
    private let reader: Reader
    private let dataset = Gazette(split: .test).dataset(subjects: [2], documents: 3, seed: 5)

    init() throws { reader = try Reader(Backbone(folder: bundledModel)) }

    private func grid(_ budgets: [Budget] = [.positions(8)], limit: Int? = 6) -> Grid {
        var grid = Grid(
            methods: [FullContext(parameters: .init()), Truncation(parameters: .init())], budgets: budgets,
            tasks: [QuestionAnswering.self],
            data: DocumentStream(id: dataset.id, documents: dataset.documents),
            sampling: Sampling(limit: limit),
            seeds: [1])
        grid.sourceHashes = ["FullContext": "f", "Truncation": "t", "QuestionAnswering": "q"]
        return grid
    }

    private func identities(_ grid: Grid, reader: Reader? = nil) throws -> [CellIdentity] {
        let reader = reader ?? self.reader
        return try grid.plan(for: reader, with: Resources(reader.backbone)).cells.map(\.identity)
    }

    @Test func `the same grid has the same identities, written as canonical JSON`() throws {
        let (a, b) = (try identities(grid()), try identities(grid()))
        #expect(a == b && a.map(\.fingerprint) == b.map(\.fingerprint) && a.count == 2)
        for identity in a {
            let again = try JSONDecoder().decode(CellIdentity.self, from: Data(identity.json.utf8))
            #expect(again == identity && again.json == identity.json)
        }
    }

    @Test func `whatever is different is another cell`() throws {
        let own = try identities(grid())[1]
        var changed: [String: Grid] = [:]
        changed["budget"] = grid([.positions(9)])
        changed["data"] = grid(limit: 5)
        changed["seed"] = grid()
        changed["seed"]?.seeds = [2]
        changed["methodSource"] = grid()
        changed["methodSource"]?.sourceHashes["Truncation"] = "edited"
        changed["taskSource"] = grid()
        changed["taskSource"]?.sourceHashes["QuestionAnswering"] = "edited"
        changed["parameters"] = grid()
        var tail = Truncation.Parameters()
        tail.keep = .tail
        changed["parameters"]?.methods[1] = Truncation(parameters: tail)
        func fields(_ identity: CellIdentity) throws -> NSDictionary {
            try #require(
                try JSONSerialization.jsonObject(with: Data(identity.json.utf8)) as? NSDictionary)
        }
        for (field, grid) in changed {
            let other = try identities(grid)[1]
            #expect(other.fingerprint != own.fingerprint, "\(field)")
            let (a, b) = (try fields(own), try fields(other))
            let different = Set(a.allKeys.compactMap { $0 as? String }).filter {
                (a[$0] as? NSObject) != (b[$0] as? NSObject)
            }
            // Fewer items are fewer prompts as well.
            #expect(different == (field == "data" ? ["data", "prompts"] : [field]), "\(different)")
        }
        // The same model asked in another way.
        let plain = try Reader(
            reader.backbone,
            format: PromptFormat(
                for: reader.backbone.model.configuration, tokenizer: reader.tokenizer,
                chat: nil))
        #expect(try identities(grid(), reader: plain)[1] == own)
    }

    /// Their words and limits are the same.
    @Test func `a question of another set of LongBench is another cell`() throws {
        func identity(_ subset: String) throws -> CellIdentity {
            var own = grid()
            own.tasks = [Tasks.LongBench.self]
            own.sourceHashes["LongBench"] = "l"
            own.data = DocumentStream(
                id: "own",
                documents: dataset.documents.map {
                    Document(id: $0.id, text: $0.text, questions: $0.questions, subset: subset)
                })
            return try identities(own)[1]
        }
        let fingerprints = try ["hotpotqa", "musique", "hotpotqa"].map { try identity($0).fingerprint }
        #expect(fingerprints[0] != fingerprints[1] && fingerprints[0] == fingerprints[2])
    }

    @Test func `what comes from outside the package states a version`() throws {
        var outside = grid()
        outside.sourceHashes["Truncation"] = nil
        let error = #expect(throws: ContractError.self) { try identities(outside) }
        #expect(error?.description.contains("truncation comes from outside this package") == true)
    }

    @Test func `a control asks about the next document's context`() throws {
        let documents = try grid(limit: nil).questions().units[0]
        let moved = try Control.anotherDocument.applied(to: documents)
        #expect(moved.map(\.items) == documents.map(\.items))
        #expect(moved.map(\.document.id) == ["1", "2", "0"])
        #expect(throws: ContractError.self) {
            try Control.anotherDocument.applied(to: Array(documents.prefix(1)))
        }
    }

    /// Each link by what tells it from itself another time: its file's hash, or its version.
    @Test func `a chain of own methods and others is another cell when either changes`() throws {
        func source(_ hash: String, version: String) throws -> String {
            var own = grid()
            own.methods = [
                try Chain([Truncation(parameters: .init()), Foreign(parameters: .init(version: version))])
            ]
            own.sourceHashes["Truncation"] = hash
            return try #require(identities(own).first).methodSource
        }
        let first = try source("a", version: "1")
        #expect(try source("a", version: "1") == first)
        #expect(try source("b", version: "1") != first)
        #expect(try source("a", version: "2") != first)
    }

    /// Names that look alike are two names: the store tells them apart by their bytes.
    @Test func `two items of one name are refused before anything runs`() throws {
        func plan(_ names: String...) throws -> GridPlan {
            var own = grid(limit: nil)
            own.data = DocumentStream(
                id: "own",
                documents: names.enumerated().map { i, name in
                    Document(
                        id: "\(i)", text: "Anna is a baker in Oslo.",
                        questions: [Question(id: name, text: "Who?", answers: ["Anna"])])
                })
            return try own.plan(for: reader, with: Resources(reader.backbone))
        }
        let error = #expect(throws: ContractError.self) { try plan("1", "2", "1") }
        #expect(error?.description.contains("own has two examples with the id '1'") == true)
        #expect(try plan("caf\u{e9}", "cafe\u{301}").cells[0].items == 2)
    }

    private func run(into store: ResultStore, latencySamples: Int) throws -> GridRunner.Summary {
        var runner = GridRunner(try grid().plan(for: reader, with: Resources(reader.backbone)), store: store)
        runner.latencySamples = latencySamples
        return try runner.run(
            as: RunRecord(
                startedAt: Date(), host: "h", cpu: "c", threads: 1, os: "o", toolVersion: "v",
                gitRevision: nil, command: "run"))
    }

    @Test func `cells that were scored without latencies are measured by a later run, and not scored again`()
        throws
    {
        let store = try ResultStore(path: temporaryPath("later", suffix: ".sqlite").path)
        #expect(try run(into: store, latencySamples: 0).skipped == 0)
        let scored = try store.snapshot().cells
        #expect(scored.allSatisfy { $0.state == .done && $0.latencies.isEmpty })
        let later = try run(into: store, latencySamples: 1)
        #expect(later.skipped == 0 && later.failed == 0)
        let measured = try store.snapshot(checking: [.pages, .texts]).cells
        #expect(measured.allSatisfy { $0.state == .done && $0.latencies.count == 1 })
        #expect(measured.map(\.scores) == scored.map(\.scores) && measured.count == 2)
        // Who asks for none, or for more than were measured, has nothing to do.
        for count in [0, 1, 5] { #expect(try run(into: store, latencySamples: count).skipped == 2) }
    }

    @Test func `a run stores prompts, stretches and identities, and is skipped the second time`() throws {
        let path = temporaryPath("grid", suffix: ".sqlite").path
        let store = try ResultStore(path: path)
        let first = try run(into: store, latencySamples: 1)
        let second = try run(into: store, latencySamples: 1)
        #expect(first.skipped == 0 && first.failed == 0 && second.skipped == 2)
        let snapshot = try store.snapshot()
        #expect(snapshot.metrics["em"]?.isShare == true && snapshot.cells.allSatisfy { $0.state == .done })
        let cell = try #require(snapshot.cells.last)
        #expect(cell.record.budget == .positions(8) && cell.record.ratio == nil)
        #expect(cell.record.identityFields["budget"] == #"{"positions":8}"#)
        try store.forEachSample(of: cell.id) { sample in
            #expect(sample.keptPositions == 8 && sample.keptSpans?.count == 2 && sample.keptSpans?.first == 0)
            #expect(sample.prompt == .init(before: "<bos>", after: "<q> \(sample.question)<a>"))
        }
    }

    @Test func `latency is measured of all methods in turn, a document at a time`() throws {
        let path = temporaryPath("turn", suffix: ".sqlite").path
        let own = grid([.positions(8), .positions(16)], limit: nil)
        let plan = try own.plan(for: reader, with: Resources(reader.backbone))
        let store = try ResultStore(path: path)
        var runner = GridRunner(plan, store: store)
        runner.latencySamples = 2
        let said = Mutex<[String]>([])
        _ = try runner.run(
            as: RunRecord(
                startedAt: Date(), host: "h", cpu: "c", threads: 1, os: "o", toolVersion: "v",
                gitRevision: nil,
                command: "run"),
            report: { progress in
                if progress.cell.contains(", latency") { said.withLock { $0.append(progress.cell) } }
            })
        let rounds = said.withLock { $0 }.map { $0.suffix(12) }
        #expect(rounds.first == "round 1 of 3" && rounds.last == "round 3 of 3")
        // A warm-up and two documents: of the first budget with the reference, then of the second.
        let labels = said.withLock { $0 }.map { $0.replacing(/, round . of 3$/, with: "") }
        let first = plan.cells.map { $0.label + ", latency" }
        #expect(plan.cells.count == 3 && labels.count == 9, "\(labels)")
        for round in 0..<3 {
            #expect(Set(labels[2 * round..<2 * round + 2]) == Set(first.prefix(2)), "\(labels)")
        }
        #expect(labels.prefix(4).map { $0 } == [first[0], first[1], first[1], first[0]])
        #expect(labels.suffix(3).allSatisfy { $0 == first[2] })
        #expect(try store.snapshot().cells.allSatisfy { $0.latencies.count == 2 })
    }
}

/// A method from outside the package, whose card states its version.
private struct Foreign: DirectMethod {
    struct Parameters: MethodParameters {
        var version = "1"

        init() {}
        init(version: String) { self.version = version }
    }

    static let card = MethodCard(id: "foreign", name: "Foreign", family: .hardPrompt, summary: "", loses: "")
    let parameters: Parameters

    var card: MethodCard {
        MethodCard(
            id: "foreign", name: "Foreign", family: .hardPrompt, summary: "", loses: "",
            version: parameters.version)
    }

    func compress(_ context: Context) -> Kept { .selection(0..<context.budget) }
}
