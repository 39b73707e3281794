import Foundation
import GRDB
import Results
import RecordFixtures
import Testing

struct MergeTests {
    private let folder = FileManager.default.temporaryDirectory.appendingPathComponent("merge-\(UUID())")

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
            let cell = try store.openCell(.sample())
            try store.append(samples: [.sample("a", em: 1), .sample("b", em: 0)], to: cell.id, run: run)
            try store.append(latencies: [.sample], to: cell.id, run: run)
            try store.append(attention: .sample, to: cell.id)
            try store.finishCell(cell.id)
        }
        let b = try store("b.sqlite", host: "two") { store, run in
            let other = try store.openCell(.sample(ratio: 16))
            try store.append(samples: [.sample("a", em: 0)], to: other.id, run: run)
            let same = try store.openCell(.sample())
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
        #expect(second.conflicts == [MergeReport.Conflict(cell: "pic 4.0x qa", examples: 1)])
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

    @Test func `a source is read alone, while another process writes to it as well`() throws {
        let source = try store("source.sqlite", host: "one") { store, run in
            let cell = try store.openCell(.sample())
            try store.append(samples: [.sample("a", em: 1), .sample("b", em: 0)], to: cell.id, run: run)
        }
        let all = try ResultStore(path: folder.appendingPathComponent("all.sqlite").path)
        // A write transaction, and in it the merge.
        let report = try DatabaseQueue(path: source.path).write { _ in
            try all.merge(ResultStore(path: source.path, readOnly: true))
        }
        #expect(report.samples == 2)
    }

    private func report(cells: Int, samples: Int) -> MergeReport {
        var report = MergeReport()
        report.cells = cells
        report.samples = samples
        return report
    }
}
