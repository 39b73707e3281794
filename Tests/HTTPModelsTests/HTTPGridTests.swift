import Budgets
import Contract
import Foundation
import HTTPModels
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
import Tokenizers

/// A grid on a model behind HTTP: what is asked, what is stored, and that nothing is lost when the server is.
struct HTTPGridTests {
    private let folder = temporaryPath("http")
    private let tokenizer: Tokenizer

    init() throws {
        tokenizer = try Tokenizer(folder: bundledModel)
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    }

    private let documents = (0..<6).map { i in
        Document(
            id: "d\(i)", text: "Person \(i) lives in Town\(i). The weather was fine. Nobody minded at all.",
            questions: (0..<3).map {
                Question(id: "q\(i)-\($0)", text: "Where \($0)?", answers: ["Town\(i)"])
            })
    }

    private func reader(
        _ server: FakeServer, interface: ServedInterface = .completions, patience: Double = 5
    ) throws -> Reader {
        var options = HTTPModel.Options()
        (options.interface, options.patience, options.requests, options.silence) = (interface, patience, 4, 2)
        return Reader(
            try HTTPModel(
                server.address, tokenizer: tokenizer, tokenizerHash: "t", options: options, log: { _ in }),
            format: PromptFormat(for: try plain(), tokenizer: tokenizer))
    }

    private func plain() throws -> ModelConfiguration {
        try Backbone(folder: bundledModel).model.configuration
    }

    private func grid(_ methods: [any ConfiguredMethod]) -> Grid {
        var grid = Grid(
            methods: methods, budgets: [.positions(8)], tasks: [QuestionAnswering.self],
            data: DocumentStream(id: "towns", documents: documents), sampling: Sampling(limit: nil),
            seeds: [1])
        grid.sourceHashes = Dictionary(
            uniqueKeysWithValues: [
                "FullContext", "NoContext", "Truncation", "BM25", "KNorm", "PIC", "LLMLingua",
            ].map { ($0, $0) })
        grid.sourceHashes["QuestionAnswering"] = "q"
        return grid
    }

    private func run(_ plan: GridPlan, _ file: String, latency: Int = 0) throws -> GridRunner.Summary {
        let store = try ResultStore(path: folder.appendingPathComponent(file).path)
        var runner = GridRunner(plan, store: store)
        runner.latencySamples = latency
        return try runner.run(
            as: RunRecord(
                startedAt: Date(), host: "h", cpu: "c", threads: 1, os: "o", toolVersion: "0",
                gitRevision: nil,
                command: "picbench run"))
    }

    private func snapshot(_ file: String) throws -> Snapshot {
        try ResultStore(path: folder.appendingPathComponent(file).path, readOnly: true).snapshot()
    }

    /// Answers with the town that the prompt holds.
    private static func town(_ request: FakeServer.Request) -> [FakeServer.Action] {
        if request.path.hasSuffix("/models") { return [FakeServer.oneModel] }
        if request.json["echo"] != nil { return [FakeServer.repeatsNothing] }
        let isChat = request.path.hasSuffix("/chat/completions")
        let text = request.body
        let town = (0..<6).first { text.contains("Town\($0)") }.map { "Town\($0) it is" } ?? "nobody knows"
        return FakeServer.events(town, chat: isChat)
    }

    @Test(arguments: ServedInterface.allCases)
    func `what keeps text runs, its samples and times are stored, and the board says how it was asked`(
        _ interface: ServedInterface
    ) throws {
        let server = try FakeServer { request, _ in Self.town(request) }
        defer { server.stop() }
        let reader = try reader(server, interface: interface)
        let methods: [any ConfiguredMethod] = [
            FullContext(parameters: .init()), NoContext(parameters: .init()), Truncation(parameters: .init()),
            BM25(parameters: .init()),
        ]
        let plan = try grid(methods).plan(for: reader, with: Resources(reader.decoder))
        let summary = try run(plan, "a.sqlite", latency: 2)
        #expect(summary.failed == 0 && summary.cells.count == 4)
        let cells = try snapshot("a.sqlite").cells
        #expect(cells.allSatisfy { $0.scores.count == 18 && $0.state == .done })
        let full = try #require(cells.first { $0.record.role == "upper" })
        let metric = try #require(full.record.metrics.firstIndex(of: "contains"))
        #expect(full.scores.allSatisfy { $0.values[metric] == 1 })
        let none = try #require(cells.first { $0.record.role == "lower" })
        #expect(none.scores.allSatisfy { $0.values[metric] == 0 && $0.keptPositions == 0 })
        // A server that does not say how likely words are leaves no such figure behind.
        #expect(full.record.metrics.contains("em") && !full.record.metrics.contains("nats"))
        #expect(full.record.decoding.contains("\"interface\":\"\(interface.rawValue)\""))
        #expect(full.record.modelName == "tiny" && full.latencies.count == 2)
        #expect(full.latencies.allSatisfy { $0.prefillSeconds > 0 && $0.outputTokens == 3 })
        // The kept text and nothing else of the context is what was sent.
        let truncated = server.requests.filter {
            $0.body.contains("Person 2") && !$0.body.contains("Nobody minded")
        }
        #expect(truncated.count >= 3)
        // A second run has nothing to do.
        let before = server.requests.count
        #expect(try run(plan, "a.sqlite").skipped == 4)
        #expect(server.requests.count == before)
    }

    @Test func `a method that needs weights is refused by its reason, or left out of a group`() throws {
        let server = try FakeServer { request, _ in Self.town(request) }
        defer { server.stop() }
        let reader = try reader(server)
        let methods: [any ConfiguredMethod] = [
            KNorm(parameters: .init()), PIC(parameters: .init()), LLMLingua(parameters: .init()),
            Truncation(parameters: .init()),
        ]
        for method in methods.dropLast() {
            let error = #expect(throws: ContractError.self) {
                try grid([method]).plan(for: reader, with: Resources(reader.decoder))
            }
            #expect(error?.description.contains("the weights of tiny are not here") == true)
        }
        var all = grid(methods)
        all.leavesOutUntrained = true
        let plan = try all.plan(for: reader, with: Resources(reader.decoder))
        #expect(plan.cells.count == 1 && plan.remarks.count == 3, "\(plan.remarks)")
        // With a scorer of its own, what asks how likely a text is runs as well.
        let scored = try grid([methods[2]]).plan(
            for: reader, with: Resources(reader.decoder, scorer: Backbone(folder: bundledModel)))
        #expect(try run(scored, "scored.sqlite").failed == 0)
        // So does a task that is scored by nothing else than probabilities: it cannot.
        var fidelity = grid([methods[3]])
        fidelity.tasks = [Fidelity.self]
        fidelity.sourceHashes["Fidelity"] = "f"
        #expect(throws: ContractError.self) {
            try fidelity.plan(for: reader, with: Resources(reader.decoder))
        }
    }

    @Test func `a server that goes away for good loses nothing, and the same run goes on`() throws {
        let answered = Mutex(0)
        let server = try FakeServer { request, _ in
            guard request.json["stream"] != nil else { return Self.town(request) }
            let number = answered.withLock { answered in
                defer { answered += 1 }
                return answered
            }
            // After ten answers it is away for good, and another one comes back in its place.
            return number < 10 ? Self.town(request) : [.answer(503, "")]
        }
        let reader = try reader(server, patience: 0.5)
        let own = grid([FullContext(parameters: .init())])
        let plan = try own.plan(for: reader, with: Resources(reader.decoder))
        #expect(throws: ServerAway.self) { try run(plan, "away.sqlite") }
        server.stop()
        let halfway = try snapshot("away.sqlite").cells
        #expect(halfway.count == 1 && halfway[0].state == .open)
        let kept = halfway[0].scores.count
        #expect(kept > 0 && kept <= 10)
        let back = try FakeServer { request, _ in Self.town(request) }
        defer { back.stop() }
        // Another address is the same model.
        let again = try self.reader(back)
        #expect(try run(own.plan(for: again, with: Resources(again.decoder)), "away.sqlite").failed == 0)
        let cells = try snapshot("away.sqlite").cells
        #expect(cells.count == 1 && cells[0].scores.count == 18)
        #expect(back.requests.filter { $0.json["stream"] != nil }.count == 18 - kept)
    }

    @Test func `a prompt that a server refuses fails its cell, and the others go on`() throws {
        let server = try FakeServer { request, _ in
            request.body.contains("Nobody minded") && request.json["stream"] != nil
                ? [.answer(400, #"{"error":{"message":"the prompt is too long"}}"#)] : Self.town(request)
        }
        defer { server.stop() }
        let reader = try reader(server)
        let plan = try grid([FullContext(parameters: .init()), Truncation(parameters: .init())])
            .plan(for: reader, with: Resources(reader.decoder))
        let summary = try run(plan, "refused.sqlite")
        #expect(summary.failed == 1 && summary.cells.count == 2)
        let cells = try snapshot("refused.sqlite").cells
        #expect(cells.first { $0.record.methodID == "truncation" }?.scores.count == 18)
    }
}
