import Foundation
import Leaderboards
import RecordFixtures
import Results
import TestSupport
import Testing

/// Whole files, compared with Fixtures/. To accept a wanted change, run with PICBENCH_ACCEPT=1.
struct LeaderboardTests {
    @Test func `markdown`() throws { try expect(MarkdownLeaderboard.render(board), "leaderboard.md") }
    @Test func `terminal`() throws {
        try expect(TerminalLeaderboard.render(board, color: false), "leaderboard.txt")
    }
    @Test func `csv`() throws { try expect(CSVLeaderboard.render(board), "leaderboard.csv") }
    @Test func `json`() throws {
        let text = try JSONLeaderboard.render(board)
        try expect(text, "leaderboard.json")
        #expect(try JSONDecoder().decode(Leaderboard.self, from: Data(text.utf8)) == board)
    }

    @Test func `latex`() throws { try expect(LaTeXLeaderboard.render(board), "leaderboard.tex") }

    @Test func `families are groups in tables for people, and no groups for programs`() throws {
        let extra = [("cut", "hard-prompt"), ("keys", "kv-cache")].enumerated().map { i, method in
            Self.cell(Int64(7 + i), .sample(method: method.0, adapter: nil, family: method.1), [1, 0])
        }
        var snapshot = Self.snapshot
        snapshot.cells += extra
        let board = Leaderboard(snapshot)
        try expect(MarkdownLeaderboard.render(board), "families.md")
        try expect(TerminalLeaderboard.render(board, color: false), "families.txt")
        try expect(LaTeXLeaderboard.render(board), "families.tex")
        let lines = CSVLeaderboard.render(board).split(separator: "\n")
        #expect(lines.count == 1 + 7 && lines.count { $0.contains(",none,") } == 1)
        #expect(board.sections[0].rows.map(\.method).count { $0 == "NONE" } == 1)
    }

    @Test func `models of one name are told apart`() {
        let cells = ["a", "b"].enumerated().map { i, digit in
            var record = CellRecord.sample()
            record.modelHash = String(repeating: digit, count: 64)
            record.fingerprint = digit
            return Self.cell(Int64(i + 1), record, [1, 0])
        }
        let board = Leaderboard(Snapshot(cells: cells, runs: [], trainings: []))
        #expect(board.sections.map(\.variant) == ["model aaaaaaa", "model bbbbbbb"])
    }

    @Test func `csv of samples quotes what needs it`() throws {
        let cell = Self.snapshot.cells[0]
        #expect(
            CSVLeaderboard.sampleHeader([cell])
                + CSVLeaderboard.line(.sample("a", em: 1), of: cell, metrics: ["em", "f1", "bleu"]) == """
                    cell,model,dataset,task,method_id,parameters,ratio,positions,seed,example,document,question,prediction,references,em,f1,context_tokens,kept_positions,kept_bytes,output_tokens
                    1,tiny,gazette:x,qa,none,{},1.0,,1,a,doc-a,Who?,"Anna, ""A""\n| Berg",Anna Berg | Berg,1.0,0.5,,100,25,25600,2

                    """)
    }

    @Test func `an empty store makes an empty board`() throws {
        let board = Leaderboard(Snapshot(cells: [], runs: [], trainings: []))
        #expect(MarkdownLeaderboard.render(board).contains("no results"))
        #expect(TerminalLeaderboard.render(board, color: true).isEmpty)
        #expect(CSVLeaderboard.render(board).split(separator: "\n").count == 1)
    }

    @Test func `colours do not change the text`() {
        let coloured = TerminalLeaderboard.render(board, color: true)
        #expect(coloured.contains("\u{1b}["))
        #expect(
            coloured.replacing(/\u{1b}\[[0-9;]*m/, with: "")
                == TerminalLeaderboard.render(board, color: false))
    }

    @Test func `compressors of one method at one ratio are rows of their own`() {
        let cells = ["pic", "pic-other"].enumerated().map { i, adapter in
            Self.cell(Int64(i + 1), .sample(adapter: adapter), [1, 0])
        }
        let board = Leaderboard(Snapshot(cells: cells, runs: [], trainings: []))
        #expect(board.sections[0].rows.map(\.method) == ["PIC, pic hash-of", "PIC, pic-other hash-of"])
    }

    @Test func `seeds of one cell are pooled`() {
        let cells = [Int64(1), 2].map { Self.cell($0, .sample(seed: $0), [1, $0 == 1 ? 1 : 0]) }
        let board = Leaderboard(Snapshot(cells: cells, runs: [], trainings: []))
        let entry = board.sections[0].rows[0].entries[0]
        #expect(entry.seeds == [1, 2] && entry.scores[0].mean == 0.75 && entry.examples == 4)
    }

    @Test func `cells that differ in more than the seed are not one number`() {
        func cells(_ changed: String, _ values: [String]) -> [StoredCell] {
            values.enumerated().map { i, value in
                var record = CellRecord.sample()
                record.fingerprint = "\(i)"
                record.identity = #"{"\#(changed)":"\#(value)"}"#
                return Self.cell(Int64(i + 1), record, [1, 0])
            }
        }
        // The same model asked in two ways: two sections that say how.
        let asked = Leaderboard(
            Snapshot(cells: cells("decoding", ["chatml", "plain"]), runs: [], trainings: []))
        #expect(asked.sections.map(\.variant) == ["decoding chatml", "decoding plain"])
        #expect(asked.sections.allSatisfy { $0.rows[0].entries[0].examples == 2 })
        // Two versions of a method's code: two rows that say which.
        let edited = Leaderboard(
            Snapshot(cells: cells("methodSource", ["a", "b"]), runs: [], trainings: []))
        #expect(edited.sections.count == 1 && edited.sections[0].variant == nil)
        #expect(edited.sections[0].rows.map(\.method) == ["PIC, code a", "PIC, code b"])
        // Nothing known is different: still two rows.
        let unknown = Leaderboard(Snapshot(cells: cells("x", ["", ""]), runs: [], trainings: []))
        #expect(
            unknown.sections[0].rows.map(\.method) == [
                "PIC, code unknown, cell 1", "PIC, code unknown, cell 2",
            ])
    }

    @Test func `a metric that is no share is shown as it is, the lower the better`() {
        func cell(_ id: Int64, _ method: String, _ nats: Double, role: String? = nil) -> StoredCell {
            var record = CellRecord.sample(method: method, role: role, adapter: nil)
            record.primaryMetric = "nats"
            record.metrics = ["nats"]
            var cell = Self.cell(id, record, [0, 0])
            for i in cell.scores.indices { cell.scores[i].values = [nats] }
            return cell
        }
        let metric = MetricRecord(id: "nats", name: "Nats a token", direction: "lower", low: 0, high: nil)
        let board = Leaderboard(
            Snapshot(
                cells: [
                    cell(1, "none", 1, role: "upper"), cell(2, "worse", 3), cell(3, "better", 2),
                    cell(4, "no-context", 5, role: "lower"),
                ], runs: [], trainings: [], metrics: ["nats": metric]))
        let rows = board.sections[0].rows
        #expect(rows.map(\.methodID) == ["none", "better", "worse", "no-context"])
        // Two documents that agree to the last digit prove nothing.
        #expect(rows[1].entries[0].shareOfWay?.share == 0.75 && rows.allSatisfy { !$0.entries[0].isBest })
        let text = TerminalLeaderboard.render(board, color: false)
        #expect(text.contains("Nats a token, lower is better, 95% interval"))
        #expect(text.contains("2.000 (2.000–2.000)"))
    }

    /// Fixtures/version-1.sqlite was made by version 1, and version-1.md by its export (captions say more since, families
    /// are groups, and who is ahead is told by other tests):
    /// picbench run --methods pic,truncation,random --ratios 4,16 --limit 6 --latency-samples 1
    ///     --attention-samples 2 --dataset gazette:subjects=2,documents=3
    @Test func `a file of version 1 shows the same leaderboard and takes new cells`() throws {
        let fixtures = URL(fileURLWithPath: #filePath).deletingLastPathComponent().appendingPathComponent(
            "Fixtures")
        let old = fixtures.appendingPathComponent("version-1.sqlite")
        let expected = try String(
            contentsOf: fixtures.appendingPathComponent("version-1.md"), encoding: .utf8)
        let bytes = try Data(contentsOf: old)
        let read = try ResultStore(path: old.path, readOnly: true)
        #expect(MarkdownLeaderboard.render(Leaderboard(try read.snapshot())) == expected)
        #expect(try Data(contentsOf: old) == bytes)

        let copy = temporaryPath("old", suffix: ".sqlite")
        try bytes.write(to: copy)
        let store = try ResultStore(path: copy.path)
        #expect(MarkdownLeaderboard.render(Leaderboard(try store.snapshot())) == expected)
        var record = try #require(try store.cells().cells.first { $0.record.methodID == "pic" }).record
        record.fingerprint = "new"
        record.identity = #"{"version":2}"#
        record.budget = .positions(16)
        let run = try store.beginRun(.sample)
        let cell = try store.openCell(record, for: run)
        try store.append(samples: [.sample("new", em: -3.5)], to: cell.id, run: run)
        #expect(try store.snapshot().cells.last?.scores.first?.values.first == -3.5)
        // The old file is merged into another as well.
        let all = try ResultStore(path: temporaryPath("all", suffix: ".sqlite").path)
        let report = try all.merge(read)
        #expect(report.cells == 24 && report.conflicts.isEmpty)
        #expect(MarkdownLeaderboard.render(Leaderboard(try all.snapshot())) == expected)
    }

    // MARK: - A small store

    private var board: Leaderboard { Leaderboard(Self.snapshot) }

    private static var snapshot: Snapshot {
        var run = RunRecord.sample
        run.id = 1
        var training = TrainingRecord(
            fingerprint: "f", startedAt: run.startedAt, kind: "compressor", name: "pic", methodID: "pic",
            recipe: "{}",
            threads: 1, host: "box")
        training.outputHash = "hash-of-pic"
        training.finishedAt = run.startedAt
        var failed = cell(6, .sample(method: "greedy", adapter: nil), [])
        failed.state = .failed
        failed.failure = "greedy kept 50 positions of 100 context tokens, its budget is 25"
        var partial = cell(5, .sample(method: "icae", ratio: 16, adapter: "icae"), [1])
        partial.state = .open
        return Snapshot(
            cells: [
                cell(1, .sample(method: "none", ratio: 1, role: "upper", adapter: nil), [1, 1], kept: 100),
                cell(
                    2, .sample(method: "no-context", ratio: 1, role: "lower", adapter: nil), [0, 0], kept: 0),
                cell(3, .sample(), [1, 1]), cell(4, .sample(ratio: 16), [1, 0], kept: 7), partial, failed,
            ], runs: [run], trainings: [training])
    }

    private static func cell(_ id: Int64, _ record: CellRecord, _ em: [Double], kept: Int = 25) -> StoredCell
    {
        StoredCell(
            id: id, record: record, state: .done, failure: nil, runs: [1],
            scores: em.enumerated().map {
                .init(
                    exampleID: "\($0.offset)", documentID: "\($0.offset)", contextTokens: 100,
                    keptPositions: kept,
                    keptBytes: kept * 1024, values: [$0.element, ($0.element + 1) / 2])
            }, latencies: em.isEmpty ? [] : [.sample])
    }

    private func expect(_ text: String, _ name: String) throws {
        let source = URL(fileURLWithPath: #filePath).deletingLastPathComponent().appendingPathComponent(
            "Fixtures/\(name)")
        if ProcessInfo.processInfo.environment["PICBENCH_ACCEPT"] != nil {
            try Data(text.utf8).write(to: source)
        }
        #expect(try text == String(contentsOf: source, encoding: .utf8))
    }
}
