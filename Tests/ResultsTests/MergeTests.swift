import Foundation
import GRDB
import RecordFixtures
import Results
import Seeding
import TestSupport
import Testing

struct MergeTests {
    private let folder = temporaryPath("merge")

    init() throws { try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true) }

    private func store(_ name: String, host: String, _ fill: (ResultStore, Int64) throws -> Void) throws
        -> ResultStore
    {
        let store = try ResultStore(path: folder.appendingPathComponent(name).path)
        var run = RunRecord.sample
        run.host = host
        try fill(store, try store.beginRun(run))
        return store
    }

    @Test func `stores of two machines become one, the same experiment once`() throws {
        let a = try store("a.sqlite", host: "one") { store, run in
            let cell = try store.openCell(.sample(), for: run)
            try store.append(samples: [.sample("a", em: 1), .sample("b", em: 0)], to: cell.id, run: run)
            try store.append(latencies: [.sample], to: cell.id, run: run)
            try store.append(attention: .sample, to: cell.id, run: run)
            try store.finishCell(cell.id, run: run)
        }
        let b = try store("b.sqlite", host: "two") { store, run in
            let other = try store.openCell(.sample(ratio: 16), for: run)
            try store.append(samples: [.sample("a", em: 0)], to: other.id, run: run)
            let same = try store.openCell(.sample(), for: run)
            var differing = SampleRecord.sample("b", em: 1)
            differing.prediction = "something else"
            try store.append(samples: [.sample("a", em: 1), differing], to: same.id, run: run)
            let id = try store.beginTraining(
                TrainingRecord(
                    fingerprint: "f", startedAt: Date(timeIntervalSince1970: 0), kind: "base", name: "n",
                    methodID: nil,
                    recipe: "{}", threads: 1, host: "two"))
            try store.append(points: [.init(step: 1, seconds: 1, tokens: 1, name: "loss", value: 2)], to: id)
        }
        let all = try ResultStore(path: folder.appendingPathComponent("all.sqlite").path)
        #expect(try all.merge(a) == report(cells: 1, samples: 2))
        let second = try all.merge(b)
        #expect(second.cells == 1 && second.samples == 1)
        #expect(second.conflicts == [MergeReport.Conflict(cell: "pic 4x qa", examples: 1)])
        // Once more adds nothing.
        #expect(try all.merge(a) == report(cells: 0, samples: 0))
        let again = try all.merge(b)
        #expect(again.cells == 0 && again.samples == 0)

        let snapshot = try all.snapshot()
        #expect(snapshot.runs.map(\.host) == ["one", "two"])
        #expect(snapshot.cells.map(\.state) == [.done, .open])
        #expect(snapshot.cells[0].scores == (try a.snapshot().cells[0].scores))
        #expect(snapshot.cells[0].latencies == [.sample] && snapshot.cells[0].attention == .sample)
        #expect(snapshot.cells[1].scores.map(\.values) == [[0, 0.5]] && snapshot.cells[1].runs == [2])
        #expect(try all.points(of: 1).count == 1 && snapshot.trainings.count == 1)
        // A training that went on behind the first merge is finished by a later one.
        #expect(snapshot.trainings[0].outputHash == nil)
        try b.finishTraining(1, outputHash: "made")
        _ = try all.merge(b)
        #expect(try all.snapshot().trainings.map(\.outputHash) == ["made"])
        var texts: [String] = []
        try all.forEachSample { texts.append($1.context) }
        #expect(Set(texts) == ["Anna Berg is here."] && texts.count == 3)
    }

    /// Parts of a grid have shares of one cell.
    @Test func `a cell that one has failed of is failed, until all of it is there`() throws {
        let a = try store("a.sqlite", host: "one") { store, run in
            let cell = try store.openCell(.sample(), for: run)
            try store.append(samples: [.sample("a", em: 1)], to: cell.id, run: run)
            try store.finishShare(of: cell.id, run: run)
        }
        let b = try store("b.sqlite", host: "two") { store, run in
            let cell = try store.openCell(.sample(), for: run)
            try store.failCell(cell.id, run: run, reason: "no room")
        }
        #expect(try a.snapshot().cells[0].state == .open)
        for order in [[a, b], [b, a]] {
            let all = try ResultStore(path: temporaryPath("all", suffix: ".sqlite").path)
            for part in order { _ = try all.merge(part) }
            let cell = try all.snapshot().cells[0]
            #expect(cell.state == .failed && cell.failure == "no room" && cell.scores.count == 1)
            // Once more, and now the rest is there.
            let rest = try store("c\(order[0].path == a.path).sqlite", host: "two") { store, run in
                let cell = try store.openCell(.sample(), for: run)
                try store.append(samples: [.sample("b", em: 1)], to: cell.id, run: run)
                try store.finishShare(of: cell.id, run: run)
            }
            _ = try all.merge(rest)
            #expect(try all.snapshot().cells.map(\.state) == [.done])
        }
    }

    @Test func `a source is read alone, while another process writes to it as well`() throws {
        let source = try store("source.sqlite", host: "one") { store, run in
            let cell = try store.openCell(.sample(), for: run)
            try store.append(samples: [.sample("a", em: 1), .sample("b", em: 0)], to: cell.id, run: run)
        }
        let all = try ResultStore(path: folder.appendingPathComponent("all.sqlite").path)
        // A write transaction, and in it the merge.
        let report = try DatabaseQueue(path: source.path).write { _ in
            try all.merge(ResultStore(path: source.path, readOnly: true))
        }
        #expect(report.samples == 2)
    }

    @Test func `two runs of one millisecond, host and command are two`() throws {
        let a = try store("a.sqlite", host: "one") { store, run in
            let second = try store.beginRun(RunRecord.sample)
            let third = try store.beginRun(RunRecord.sample)
            for (run, ratio) in [(second, 4.0), (third, 16.0)] {
                let cell = try store.openCell(.sample(ratio: ratio), for: run)
                try store.append(samples: [.sample("a", em: 1)], to: cell.id, run: run)
            }
        }
        let all = try ResultStore(path: folder.appendingPathComponent("all.sqlite").path)
        #expect(try all.merge(a) == report(cells: 2, samples: 2))
        let snapshot = try all.snapshot()
        #expect(snapshot.runs.count == 3 && snapshot.cells.map(\.runs) == [[2], [3]])
        _ = try all.merge(a)
        #expect(try all.runs().count == 3)
    }

    @Test func `copies of an old file have the same runs`() throws {
        let fixtures = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        let old = fixtures.appendingPathComponent("LeaderboardsTests/Fixtures/version-1.sqlite")
        let copies = ["a", "b"].map { folder.appendingPathComponent("\($0).sqlite") }
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        for copy in copies { try Data(contentsOf: old).write(to: copy) }
        let (a, b) = (try ResultStore(path: copies[0].path), try ResultStore(path: copies[1].path))
        let runs = try a.runs().count
        #expect(try a.merge(b) == report(cells: 0, samples: 0) && a.runs().count == runs)
    }

    // MARK: - What does not verify

    /// A file whose second cell was changed by a statement, and what a merge of it reports.
    private func merged(_ sql: String) throws -> (MergeReport, Snapshot) {
        let name = UUID().uuidString
        let source = try store(name, host: "one") { store, run in
            for ratio in [4.0, 16, 64] {
                var record = CellRecord.sample(ratio: ratio)
                record.exampleCount = 2
                let cell = try store.openCell(record, for: run)
                try store.append(samples: [.sample("a", em: 1), .sample("b", em: 0)], to: cell.id, run: run)
                try store.append(latencies: [.sample], to: cell.id, run: run)
                try store.finishCell(cell.id, run: run)
            }
        }
        try DatabaseQueue(path: source.path).writeWithoutTransaction {
            try $0.execute(sql: "PRAGMA ignore_check_constraints = 1; PRAGMA foreign_keys = 0; \(sql)")
        }
        let all = try ResultStore(path: source.path + "-all")
        let report = try all.merge(ResultStore(path: source.path, readOnly: true))
        return (report, try all.snapshot(checking: [.pages, .texts]))
    }

    @Test(arguments: [
        ("UPDATE sampleMetric SET value = 0.25 WHERE sampleID = 3", "not those that were stored"),
        ("DELETE FROM sample WHERE id = 3", "not those that were stored"),
        ("DELETE FROM sample WHERE id = 3; UPDATE cell SET checksum = NULL", "it has 1 of 2 samples"),
        (
            "UPDATE sample SET runID = 9 WHERE id = 3; UPDATE cell SET checksum = NULL",
            "a run of it is missing"
        ),
        ("UPDATE sample SET keptBytes = -1 WHERE id = 3; UPDATE cell SET checksum = NULL", "a count of"),
        (
            "UPDATE sample SET outputTokens = -1 WHERE id = 3; UPDATE cell SET checksum = NULL",
            "breaks the rules"
        ),
        (
            "UPDATE sample SET \"references\" = '[' WHERE id = 3; UPDATE cell SET checksum = NULL",
            "breaks the rules"
        ),
        (
            "UPDATE sampleMetric SET value = 9e999 WHERE sampleID = 3; UPDATE cell SET checksum = NULL",
            "no number"
        ),
        (
            #"UPDATE cell SET identity = '{"version":2}', checksum = NULL WHERE id = 2"#,
            "not the hash of its identity"
        ),
        ("UPDATE cell SET identity = '[]', checksum = NULL WHERE id = 2", "no JSON object"),
        ("UPDATE cell SET ratio = NULL, checksum = NULL WHERE id = 2", "its row cannot be read"),
    ])
    func `a cell that does not verify is left out and named`(_ sql: String, _ reason: String) throws {
        let (report, snapshot) = try merged(sql)
        #expect(report.cells == 2 && report.samples == 4)
        #expect(report.leftOut.count == 1 && report.leftOut[0].what.hasPrefix("cell 2"), "\(report.leftOut)")
        #expect(report.leftOut[0].reason.contains(reason), "\(report.leftOut)")
        #expect(snapshot.cells.map(\.record.budget.description) == ["4x", "64x"] && snapshot.doubts.isEmpty)
    }

    @Test func `an identity that says something else than its columns`() throws {
        let identity =
            #"{"version":2,"model":"m","method":"pic","task":"qa","data":"d","budget":{"ratio":2},"seed":1}"#
        let hash = SHA256.hex(of: identity)
        let (report, _) = try merged(
            "UPDATE cell SET identity = '\(identity)', fingerprint = '\(hash)', checksum = NULL WHERE id = 2")
        #expect(report.leftOut.map(\.reason) == ["its columns differ from its identity"])
    }

    @Test func `a text that is not the one that was stored`() throws {
        let (report, snapshot) = try merged("UPDATE text SET content = 'other'")
        #expect(report.leftOut.count == 3 && report.leftOut.allSatisfy { $0.reason.contains("a text of it") })
        #expect(snapshot.cells.isEmpty)
    }

    @Test func `damage in a source is the source's, and the rest is saved`() throws {
        let source = try store("source.sqlite", host: "one") { store, run in
            for ratio in 1...8 {
                var record = CellRecord.sample(ratio: Double(ratio))
                record.exampleCount = 60
                let cell = try store.openCell(record, for: run)
                try store.append(samples: (0..<60).map { .sample("\($0)", em: 1) }, to: cell.id, run: run)
                try store.finishCell(cell.id, run: run)
            }
        }
        let good = try Data(contentsOf: URL(fileURLWithPath: source.path))
        var saved = 0
        for page in 1..<good.count / 4096 {
            var data = good
            data.replaceSubrange(page * 4096..<(page + 1) * 4096, with: Data(count: 4096))
            let path = folder.appendingPathComponent("\(page).sqlite").path
            try data.write(to: URL(fileURLWithPath: path))
            let all = try ResultStore(path: path + "-all")
            do {
                let report = try all.merge(ResultStore(path: path, readOnly: true))
                #expect(report.leftOut.allSatisfy { $0.file == path })
                let snapshot = try all.snapshot(checking: [.pages, .texts])
                #expect(snapshot.doubts.isEmpty && snapshot.damage == nil)
                #expect(snapshot.cells.count == 8 || !report.leftOut.isEmpty)
                saved += report.leftOut.isEmpty ? 0 : snapshot.cells.count
            } catch let error as ResultsError {
                #expect(error.description.hasPrefix("\(path): ") && !error.description.contains("-all"))
            }
        }
        #expect(saved > 0)
    }

    @Test func `a file is not merged into itself`() throws {
        let source = try store("a.sqlite", host: "one") { _, _ in }
        let link = folder.appendingPathComponent("link.sqlite")
        try FileManager.default.createSymbolicLink(
            at: link, withDestinationURL: URL(fileURLWithPath: source.path))
        #expect(throws: ResultsError.sameFile(path: source.path)) {
            try source.merge(ResultStore(path: link.path, readOnly: true))
        }
    }

    private func report(cells: Int, samples: Int) -> MergeReport {
        var report = MergeReport()
        report.cells = cells
        report.samples = samples
        return report
    }
}
