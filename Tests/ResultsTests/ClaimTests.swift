import Foundation
import GRDB
import RecordFixtures
import Results
import TestSupport
import Testing

/// Runs that work on one file: each cell is one run's, until that run is dead.
struct ClaimTests {
    private let path = temporaryPath("claim", suffix: ".sqlite")
        .path
    private let elsewhere = ProcessIdentity(machine: "another machine", id: 1, start: 1)

    @Test func `a cell is claimed by one run, and stored by nobody else`() throws {
        let (a, b) = (try ResultStore(path: path), try ResultStore(path: path))
        let (first, second) = (try a.beginRun(.sample), try b.beginRun(.sample))
        let cell = try a.enter([.sample()])[0]
        #expect(cell == (try b.enter([.sample()])[0]) && cell.holder == nil)
        guard case .claimed(let open) = try a.claim(cell.id, for: first) else {
            Issue.record("not claimed")
            return
        }
        #expect(try b.claim(cell.id, for: second) == .held)
        #expect(try b.standings(of: [cell.id])[0].holder == first)
        let lost = ResultsError.claimLost(cell: "pic 4x qa")
        #expect(throws: lost) { try b.append(samples: [.sample("a", em: 1)], to: cell.id, run: second) }
        #expect(throws: lost) { try b.append(latencies: [.sample], to: cell.id, run: second) }
        #expect(throws: lost) { try b.append(attention: .sample, to: cell.id, run: second) }
        #expect(throws: lost) { try b.finishCell(cell.id, run: second) }
        #expect(throws: lost) { try b.failCell(cell.id, run: second, reason: "why") }
        #expect(throws: NotClaimed(claim: .held)) { try b.openCell(.sample(), for: second) }
        try a.append(samples: [.sample("a", em: 1)], to: open.id, run: first)
        // A run that is over gives back what it has.
        try a.finishRun(first)
        #expect(try b.openCell(.sample(), for: second).scored == ["a"])
        try b.append(samples: [.sample("b", em: 1)], to: cell.id, run: second)
        try b.finishCell(cell.id, run: second)
        let third = try a.beginRun(.sample)
        #expect(try a.claim(cell.id, for: third) == .done)
        try b.leave(second)
        try a.leave(third)
        #expect(try a.workers().isEmpty)
    }

    @Test func `a cell that is done again is emptied once, whoever does it`() throws {
        let store = try ResultStore(path: path)
        let (first, second) = (try store.beginRun(.sample), try store.beginRun(.sample))
        var record = CellRecord.sample()
        record.exampleCount = 1
        let open = try store.openCell(record, for: first)
        try store.append(samples: [.sample("a", em: 1)], to: open.id, run: first)
        try store.finishCell(open.id, run: first)
        // Two runs with --force begin together.
        let standing = try store.enter([record])[0]
        #expect(standing.lastRun == first && standing.state == .done)
        guard case .claimed(let again) = try store.claim(open.id, for: second, again: standing.lastRun) else {
            Issue.record("not claimed")
            return
        }
        #expect(again.id == open.id && again.scored.isEmpty)
        try store.append(samples: [.sample("a", em: 0)], to: open.id, run: second)
        try store.finishCell(open.id, run: second)
        #expect(try store.claim(open.id, for: first, again: standing.lastRun) == .done)
        #expect(try store.snapshot().cells[0].scores.map(\.values) == [[0, 0.5]])
    }

    @Test func `what is stored of an unfinished cell is checked before it is gone on with`() throws {
        let store = try ResultStore(path: path)
        let run = try store.beginRun(.sample)
        let open = try store.openCell(.sample(), for: run)
        try store.append(samples: [.sample("a", em: 1)], to: open.id, run: run)
        try store.leave(run)
        try DatabaseQueue(path: path).write {
            try $0.execute(sql: "UPDATE sample SET prediction = 'damaged'")
        }
        let next = try store.beginRun(.sample)
        #expect(try store.openCell(.sample(), for: next).scored.isEmpty)
    }

    @Test func `a run that is taken for dead loses its cells, and comes back without them`() throws {
        let store = try ResultStore(path: path)
        let (dead, own) = (try store.beginRun(.sample, by: elsewhere), try store.beginRun(.sample))
        let open = try store.openCell(.sample(), for: dead)
        let worker = try #require(try store.workers().first { $0.run == dead })
        #expect(worker == Worker(run: dead, process: elsewhere, beat: 0))
        // It says that it lives between the look and the verdict.
        try store.beat(dead, by: elsewhere)
        try store.dismiss([worker])
        #expect(try store.claim(open.id, for: own) == .held)
        try store.dismiss(store.workers().filter { $0.run == dead })
        guard case .claimed = try store.claim(open.id, for: own) else {
            Issue.record("still held")
            return
        }
        // Nor does it get another one before it has said that it lives.
        let other = try store.enter([.sample(ratio: 16)])[0].id
        #expect(try store.claim(other, for: dead) == .held)
        try store.beat(dead, by: elsewhere)
        #expect(try store.workers().map(\.run) == [dead, own])
        #expect(throws: ResultsError.claimLost(cell: "pic 4x qa")) {
            try store.append(samples: [.sample("a", em: 1)], to: open.id, run: dead)
        }
    }

    @Test func `a silent run has a lease of several looks, whatever clocks say`() {
        var watch = LeaseWatch(seenFrom: .current)
        var worker = Worker(run: 1, process: elsewhere, beat: 5)
        for _ in 0..<LeaseWatch.patience { #expect(watch.lapsed([worker]).isEmpty) }
        worker.beat += 1
        for _ in 0..<LeaseWatch.patience { #expect(watch.lapsed([worker]).isEmpty) }
        #expect(watch.lapsed([worker]) == [worker])
        // One that lives here and is silent, as when it was stopped, has the same lease.
        var own = LeaseWatch(seenFrom: .current)
        let here = Worker(run: 2, process: .current, beat: 0)
        for _ in 0..<LeaseWatch.patience { #expect(own.lapsed([here]).isEmpty) }
        #expect(own.lapsed([here]) == [here])
    }

    @Test func `a process that ended is known at once, its number is not enough`() throws {
        let current = ProcessIdentity.current
        #expect(current.hasEnded(seenFrom: current) == false)
        #expect(elsewhere.hasEnded(seenFrom: current) == nil)
        let process = Process()
        process.executableURL = URL(fileURLWithPath: "/bin/sleep")
        process.arguments = ["60"]
        try process.run()
        var other = ProcessIdentity(machine: current.machine, id: process.processIdentifier, start: 0)
        #expect(other.hasEnded(seenFrom: current) == false)
        if FileManager.default.fileExists(atPath: "/proc/self/stat") {
            // Somebody else's process has the number by now.
            other.start = current.start - 1
            #expect(current.start > 0 && other.hasEnded(seenFrom: current) == true)
            other.start = 0
        }
        kill(process.processIdentifier, SIGKILL)
        process.waitUntilExit()
        #expect(other.hasEnded(seenFrom: current) == true)
        var watch = LeaseWatch(seenFrom: current)
        let worker = Worker(run: 1, process: other, beat: 0)
        #expect(watch.lapsed([worker]) == [worker])
    }

    @Test func `processes that make one new file at once make it once`() async throws {
        let path = path
        try await withThrowingTaskGroup(of: Int64.self) { group in
            for _ in 0..<6 {
                group.addTask { try ResultStore(path: path).beginRun(.sample) }
            }
            var runs: Set<Int64> = []
            for try await run in group { runs.insert(run) }
            #expect(runs.count == 6)
        }
    }

    @Test func `a file whose maker was killed at once is made`() throws {
        // It had made no more than the migrator's own table.
        try DatabaseQueue(path: path).write {
            try $0.execute(sql: "CREATE TABLE grdb_migrations (identifier TEXT NOT NULL PRIMARY KEY)")
        }
        #expect(try ResultStore(path: path).beginRun(.sample) == 1)
    }
}
