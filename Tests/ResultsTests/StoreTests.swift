import Foundation
import GRDB
import RecordFixtures
import Results
import TestSupport
import Testing

struct StoreTests {
    private let path = temporaryPath("store", suffix: ".sqlite")
        .path

    @Test func `what is appended is in the snapshot`() throws {
        let store = try ResultStore(path: path)
        let run = try store.beginRun(.sample)
        let cell = try store.openCell(.sample(), for: run)
        #expect(cell.scored.isEmpty && !cell.hasLatency && !cell.hasAttention)
        let samples = [SampleRecord.sample("a", em: 1), .sample("b", em: 0)]
        try store.append(samples: samples, to: cell.id, run: run)
        try store.append(latencies: [.sample], to: cell.id, run: run)
        try store.append(attention: .sample, to: cell.id, run: run)
        try store.finishCell(cell.id, run: run)
        try store.finishRun(run)

        let again = try ResultStore(path: path, readOnly: true)
        let snapshot = try again.snapshot()
        let stored = try #require(snapshot.cells.first)
        #expect(stored.record == .sample() && stored.state == .done && stored.runs == [run])
        #expect(stored.scores.map(\.values) == [[1, 0.5], [0, 0.5]])
        #expect(stored.latencies == [.sample] && stored.attention == .sample)
        #expect(snapshot.runs.first?.finishedAt != nil)
        var read: [SampleRecord] = []
        try again.forEachSample { id, sample in
            #expect(id == cell.id)
            read.append(sample)
        }
        #expect(read == samples)
    }

    @Test func `a cell goes on where it was left, and force begins again`() throws {
        let store = try ResultStore(path: path)
        let run = try store.beginRun(.sample)
        let first = try store.openCell(.sample(), for: run)
        try store.append(samples: [.sample("a", em: 1)], to: first.id, run: run)
        #expect(throws: ResultsError.incomplete(cell: "pic 4x qa", scored: 1, expected: 2)) {
            try store.finishCell(first.id, run: run)
        }
        let second = try store.openCell(.sample(), for: run)
        #expect(second.id == first.id && second.scored == ["a"])
        try store.append(samples: [.sample("b", em: 1)], to: second.id, run: run)
        try store.finishCell(second.id, run: run)
        #expect(try store.claim(first.id, for: run) == .done)
        let forced = try store.openCell(.sample(), for: run, force: true)
        #expect(forced.scored.isEmpty && forced.id == first.id)
    }

    @Test func `a failed cell keeps its reason and is tried again`() throws {
        let store = try ResultStore(path: path)
        let run = try store.beginRun(.sample)
        let cell = try store.openCell(.sample(), for: run)
        try store.failCell(cell.id, run: run, reason: "kept too much")
        #expect(try store.snapshot().cells.first?.failure == "kept too much")
        #expect(try store.claim(cell.id, for: run) == .failed)
        #expect(try store.openCell(.sample(), for: run).scored.isEmpty)
        #expect(try store.snapshot().cells.first?.failure == nil)
    }

    @Test func `an example is stored once, all of a batch or none`() throws {
        let store = try ResultStore(path: path)
        let run = try store.beginRun(.sample)
        let cell = try store.openCell(.sample(), for: run)
        try store.append(samples: [.sample("a", em: 1)], to: cell.id, run: run)
        #expect(throws: ResultsError.self) {
            try store.append(samples: [.sample("b", em: 1), .sample("a", em: 0)], to: cell.id, run: run)
        }
        #expect(throws: ResultsError.self) {
            try store.append(samples: [.sample("c", em: .nan)], to: cell.id, run: run)
        }
        #expect(throws: ResultsError.self) {
            try store.append(samples: [.sample("d", em: 1)], to: 99, run: run)
        }
        #expect(try store.snapshot().cells.first?.scores.map(\.exampleID) == ["a"])
    }

    @Test func `a text is stored once`() throws {
        let store = try ResultStore(path: path)
        let run = try store.beginRun(.sample)
        let cell = try store.openCell(.sample(), for: run)
        try store.append(samples: [.sample("a", em: 1), .sample("b", em: 1)], to: cell.id, run: run)
        let queue = try DatabaseQueue(path: path)
        #expect(try queue.read { try Int.fetchOne($0, sql: "SELECT count(*) FROM text") } == 2)
    }

    @Test func `points of a resumed training replace those that are done again`() throws {
        let store = try ResultStore(path: path)
        let training = TrainingRecord(
            fingerprint: "f", startedAt: Date(), kind: "compressor", name: "pic", methodID: "pic",
            recipe: "{}",
            threads: 1, host: "h")
        let id = try store.beginTraining(training)
        try store.append(points: [.init(step: 25, seconds: 1, tokens: 10, name: "loss", value: 2)], to: id)
        #expect(try store.beginTraining(training) == id)
        try store.append(
            points: [
                .init(step: 25, seconds: 2, tokens: 10, name: "loss", value: 2),
                .init(step: 50, seconds: 4, tokens: 20, name: "loss", value: 1),
            ], to: id)
        try store.finishTraining(id, outputHash: "abc")
        #expect(try store.points(of: id).map(\.seconds) == [2, 4])
        #expect(try store.beginTraining(training) != id)
    }

    @Test func `a file of an older version is read as it is and brought up to date when written`() throws {
        let store = try ResultStore(path: path)
        let run = try store.beginRun(.sample)
        let cell = try store.openCell(.sample(), for: run)
        try store.append(samples: [.sample("a", em: 1)], to: cell.id, run: run)
        try DatabaseQueue(path: path).write {
            try $0.execute(
                sql: """
                    UPDATE cell SET checksum = NULL; DROP TABLE memoryAttention;
                    DELETE FROM grdb_migrations WHERE identifier LIKE '2 %'
                    """)
        }
        #expect(try ResultStore(path: path, readOnly: true).snapshot().cells.first?.attention == nil)
        let newer = try ResultStore(path: path)
        #expect(try newer.snapshot().doubts.isEmpty)
        try newer.append(attention: .sample, to: cell.id, run: run)
        #expect(try newer.openCell(.sample(), for: run).hasAttention)
        #expect(try newer.openCell(.sample(), for: run, force: true).hasAttention == false)
    }

    @Test func `attention in its own stretch`() {
        #expect(MemoryAttentionRecord.sample.ownMass(of: 0) == 0.25)
        #expect(abs(MemoryAttentionRecord.sample.specialization - (0.25 / 0.5 + 0.75) / 2) < 1e-12)
    }

    // MARK: - Files that cannot be used

    @Test func `no file, another file, a damaged file`() throws {
        #expect(throws: ResultsError.missing(path: path)) { try ResultStore(path: path, readOnly: true) }
        try Data("not a database at all, but long enough to be looked at".utf8).write(
            to: URL(fileURLWithPath: path))
        expectError("damaged") { try ResultStore(path: path) }
        try FileManager.default.removeItem(atPath: path)
        try DatabaseQueue(path: path).write { try $0.execute(sql: "CREATE TABLE recipe (id)") }
        #expect(throws: ResultsError.notResults(path: path)) { try ResultStore(path: path) }
        expectError("/proc/none/results.sqlite") { try ResultStore(path: "/proc/none/results.sqlite") }
    }

    @Test(arguments: ["", ":memory:"])
    func `a path that keeps nothing is refused`(_ path: String) {
        #expect(throws: ResultsError.keepsNothing(path: path)) { try ResultStore(path: path) }
        #expect(throws: ResultsError.keepsNothing(path: path)) { try ResultStore(path: path, readOnly: true) }
    }

    @Test func `no folder is made for a store`() {
        expectError("there is no folder \(path)/new") { try ResultStore(path: path + "/new/r.sqlite") }
        #expect(!FileManager.default.fileExists(atPath: path))
    }

    @Test func `what is no regular file is refused, not waited for`() throws {
        #expect(mkfifo(path, 0o666) == 0)
        expectError("is a FIFO") { try ResultStore(path: path) }
        expectError("is a FIFO") { try ResultStore(path: path, readOnly: true) }
        expectError("is a device") { try ResultStore(path: "/dev/null") }
        expectError("is a folder") { try ResultStore(path: "/") }
    }

    @Test func `a newer schema is left alone`() throws {
        _ = try ResultStore(path: path)
        try DatabaseQueue(path: path).write {
            try $0.execute(sql: "INSERT INTO grdb_migrations VALUES ('9 more')")
        }
        #expect(throws: ResultsError.newerSchema(path: path, unknown: ["9 more"])) {
            try ResultStore(path: path)
        }
        #expect(throws: ResultsError.newerSchema(path: path, unknown: ["9 more"])) {
            try ResultStore(path: path, readOnly: true)
        }
    }

    @Test func `a store that was opened to read cannot be written`() throws {
        _ = try ResultStore(path: path)
        let store = try ResultStore(path: path, readOnly: true)
        expectError("cannot be written") { try store.beginRun(.sample) }
    }

    private func expectError<T>(_ part: String, _ body: () throws -> T) {
        do {
            _ = try body()
            Issue.record("no error")
        } catch {
            let text = "\(error)"
            #expect(text.contains(part) && !text.contains("\n"), "\(text)")
        }
    }
}
