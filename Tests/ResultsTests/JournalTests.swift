import Foundation
import GRDB
import RecordFixtures
import Results
import TestSupport
import Testing

/// A file whose last write was interrupted.
struct JournalTests {
    private let folder = temporaryPath("journal")

    /// A store with one sample, and the journal of a process that was killed while it wrote more.
    private func interrupted(_ name: String) throws -> String {
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        let (live, path) = (
            folder.appendingPathComponent("live.sqlite").path, folder.appendingPathComponent(name).path
        )
        let store = try ResultStore(path: live)
        let run = try store.beginRun(.sample)
        let cell = try store.openCell(.sample(), for: run)
        try store.append(samples: [.sample("a", em: 1)], to: cell.id, run: run)
        let queue = try DatabaseQueue(path: live)
        try queue.writeWithoutTransaction { db in
            // A small cache: pages are written before the transaction ends.
            try db.execute(sql: "PRAGMA cache_size = 1; BEGIN IMMEDIATE; UPDATE sampleMetric SET value = 0")
            for i in 0..<500 {
                try db.execute(
                    sql: "INSERT INTO text (hash, content) VALUES (?, ?)",
                    arguments: ["\(i)", String(repeating: "x", count: 2000)])
            }
            for suffix in ["", "-journal"] {
                try FileManager.default.copyItem(atPath: live + suffix, toPath: path + suffix)
            }
            try db.execute(sql: "ROLLBACK")
        }
        return path
    }

    @Test func `readers take an interrupted write back`() throws {
        let path = try interrupted("hot.sqlite")
        let snapshot = try ResultStore(path: path, readOnly: true).snapshot(checking: [.pages, .texts])
        #expect(snapshot.cells.map(\.scores.first?.values) == [[1, 0.5]])
        #expect(snapshot.doubts.isEmpty && snapshot.damage == nil)
        #expect(!FileManager.default.fileExists(atPath: path + "-journal"))
    }

    @Test func `a file that cannot be written is read as a copy with its journal`() throws {
        let path = try interrupted("hot.sqlite")
        let before = try Data(contentsOf: URL(fileURLWithPath: path))
        var copied = ""
        do {
            let copy = try TemporaryCopy(withJournalOf: path)
            copied = copy.path
            let snapshot = try ResultStore(path: copied, readOnly: true).snapshot()
            #expect(snapshot.cells.map(\.scores.first?.values) == [[1, 0.5]] && snapshot.damage == nil)
        }
        #expect(!FileManager.default.fileExists(atPath: copied))
        #expect(try Data(contentsOf: URL(fileURLWithPath: path)) == before)
    }

    @Test(.enabled(if: geteuid() != 0, "root may write everywhere"))
    func `an interrupted write in a folder that cannot be written`() throws {
        let path = try interrupted("hot.sqlite")
        for suffix in ["", "-journal"] {
            try FileManager.default.setAttributes([.posixPermissions: 0o444], ofItemAtPath: path + suffix)
        }
        try FileManager.default.setAttributes([.posixPermissions: 0o555], ofItemAtPath: folder.path)
        defer {
            try? FileManager.default.setAttributes([.posixPermissions: 0o755], ofItemAtPath: folder.path)
        }
        let snapshot = try ResultStore(path: path, readOnly: true).snapshot()
        #expect(snapshot.cells.map(\.scores.first?.values) == [[1, 0.5]])
    }
}
