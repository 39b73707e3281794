import Foundation
import GRDB
import RecordFixtures
import Results
import TestSupport
import Testing

/// Texts come out of a store as they went in, byte by byte.
struct WholeTextTests {
    private let path = temporaryPath("text", suffix: ".sqlite")
        .path

    /// Alike up to a zero byte, or to the eye.
    private var samples: [SampleRecord] {
        ["q\u{0}1", "q\u{0}2", "caf\u{e9}", "cafe\u{301}", "\u{0}", ""].map { id in
            var sample = SampleRecord.sample(id, em: 1)
            sample.documentID = "document of \(id)"
            sample.question = "who is \(id)?"
            sample.prediction = id
            sample.references = [id, "\(id)\u{0}\u{1f}"]
            sample.context = "told of \(id)"
            sample.keptText = id
            sample.prompt = .init(before: id, after: "\u{0}\(id)")
            return sample
        }
    }

    private func texts(_ sample: SampleRecord) -> [ExactText] {
        ([
            sample.exampleID, sample.documentID, sample.question, sample.prediction, sample.context,
            sample.keptText ?? "", sample.prompt?.before ?? "", sample.prompt?.after ?? "",
        ] + sample.references).map { ExactText($0) }
    }

    private func read(_ store: ResultStore) throws -> [[ExactText]] {
        var all: [[ExactText]] = []
        try store.forEachSample { all.append(texts($1)) }
        return all
    }

    private func fill(_ store: ResultStore) throws -> (cell: Int64, run: Int64) {
        let run = try store.beginRun(.sample)
        var record = CellRecord.sample()
        record.exampleCount = samples.count
        let cell = try store.openCell(record, for: run)
        var latency = LatencyRecord.sample
        latency.exampleID = "q\u{0}1"
        var other = latency
        other.exampleID = "q\u{0}2"
        try store.append(samples: samples, to: cell.id, run: run)
        try store.append(latencies: [latency, other], to: cell.id, run: run)
        return (cell.id, run)
    }

    @Test func `texts with zero bytes, and texts that look alike`() throws {
        let store = try ResultStore(path: path)
        let (cell, run) = try fill(store)
        #expect(try read(store) == samples.map(texts))
        let scored = try store.openCell(store.cells().cells[0].record, for: run).scored
        #expect(scored == Set(samples.map { ExactText($0.exampleID) }))
        try store.finishCell(cell, run: run)
        let snapshot = try store.snapshot(checking: [.pages, .texts])
        #expect(snapshot.doubts.isEmpty)
        #expect(
            snapshot.cells[0].scores.map { ExactText($0.exampleID) }
                == samples.map { ExactText($0.exampleID) })
        #expect(snapshot.cells[0].latencies.map { ExactText($0.exampleID) } == ["q\u{0}1", "q\u{0}2"])

        let other = try ResultStore(path: path + "-merged")
        #expect(try other.merge(store).samples == samples.count)
        #expect(try read(other) == samples.map(texts))
        #expect(try other.merge(store).samples == 0)
    }

    @Test func `a reason with a zero byte`() throws {
        let store = try ResultStore(path: path)
        let run = try store.beginRun(.sample)
        let cell = try store.openCell(.sample(), for: run)
        try store.failCell(cell.id, run: run, reason: "the text 'a\u{0}b' is no number")
        #expect(try store.snapshot().cells[0].failure == "the text 'a\u{0}b' is no number")
    }

    @Test func `a record that would be cut is refused`() throws {
        let store = try ResultStore(path: path)
        var run = RunRecord.sample
        run.command = "picbench\u{0}run"
        #expect(throws: ResultsError.zeroByte(table: "run", column: "command")) { try store.beginRun(run) }
        var cell = CellRecord.sample()
        cell.datasetID = "own\u{0}data"
        #expect(throws: ResultsError.zeroByte(table: "cell", column: "datasetID")) { try store.enter([cell]) }
    }
}
