import Foundation
import GRDB
import RecordFixtures
import Results
import Seeding
import TestSupport
import Testing

/// A store whose rows are not those that were stored never shows other figures without a word.
struct DamageTests {
    private let path = temporaryPath("damage", suffix: ".sqlite").path

    /// Three cells with samples, latencies and attention.
    private func fill() throws -> Snapshot {
        let store = try ResultStore(path: path)
        let run = try store.beginRun(.sample)
        try store.describe([
            MetricRecord(id: "em", name: "EM", direction: "higher", low: 0, high: 1),
            MetricRecord(id: "f1", name: "F1", direction: "higher", low: 0, high: 1),
        ])
        for ratio in [4.0, 16, 64] {
            var record = CellRecord.sample(ratio: ratio)
            record.exampleCount = 30
            let cell = try store.openCell(record, for: run)
            try store.append(
                samples: (0..<30).map { i in
                    var sample = SampleRecord.sample("\(i)", em: Double(i % 2))
                    sample.context = String(repeating: "Document \(i / 3) tells of Anna. ", count: 200)
                    // Long enough for pages of their own.
                    if i == 7 { sample.prediction = String(repeating: "and so on ", count: 1000) }
                    return sample
                }, to: cell.id, run: run)
            try store.append(latencies: [.sample], to: cell.id, run: run)
            try store.append(attention: .sample, to: cell.id, run: run)
            try store.finishCell(cell.id, run: run)
        }
        try store.finishRun(run)
        let snapshot = try store.snapshot(checking: [.pages, .texts])
        #expect(snapshot.doubts.isEmpty && snapshot.damage == nil && snapshot.cells.count == 3)
        return snapshot
    }

    private func change(_ sql: String) throws {
        try DatabaseQueue(path: path).writeWithoutTransaction {
            try $0.execute(sql: "PRAGMA ignore_check_constraints = 1; PRAGMA foreign_keys = 0; \(sql)")
        }
    }

    @Test(arguments: [
        "UPDATE sampleMetric SET value = 0.25 WHERE sampleID = 31 AND metric = 'f1'",
        "DELETE FROM sampleMetric WHERE sampleID = 31 AND metric = 'f1'",
        "UPDATE sampleMetric SET metric = 'x' WHERE sampleID = 31 AND metric = 'f1'",
        "DELETE FROM sample WHERE id = 31",
        "UPDATE sample SET exampleID = 'other' WHERE id = 31",
        "UPDATE sample SET prediction = 'Anna' WHERE id = 31",
        "UPDATE sample SET \"references\" = '[]' WHERE id = 31",
        "UPDATE sample SET keptPositions = 26 WHERE id = 31",
        "UPDATE sample SET contextTokens = 'abc' WHERE id = 31",
        "UPDATE sample SET keptBytes = 9223372036854775807 WHERE id = 31",
        "UPDATE sample SET contextID = 1 WHERE id = 58",
        "UPDATE sample SET cellID = 1, exampleID = 'moved' WHERE id = 31",
        "UPDATE latency SET prefillSeconds = 1 WHERE cellID = 2",
        "DELETE FROM latency WHERE cellID = 2",
        "UPDATE memoryAttention SET mass = 0.5 WHERE cellID = 2 AND memory = 1 AND bin = 1",
        "DELETE FROM memoryAttention WHERE cellID = 2 AND memory = 0",
        "UPDATE cell SET methodName = 'ICAE' WHERE id = 2",
        "UPDATE cell SET ratio = 8 WHERE id = 2",
        "UPDATE cell SET ratio = -1 WHERE id = 2",
        "UPDATE cell SET metrics = 'em' WHERE id = 2",
        "UPDATE cell SET checksum = 'what' WHERE id = 2",
    ])
    func `a changed row makes its cell doubtful, and the others stay`(_ sql: String) throws {
        let before = try fill()
        try change(sql)
        let after = try ResultStore(path: path, readOnly: true).snapshot()
        #expect(after.doubts.map(\.cell).contains(2), "\(after.doubts)")
        // The first cell has one more where it was given one.
        let sound = before.cells.filter { cell in !after.doubts.contains { $0.cell == cell.id } }
        #expect(after.cells == sound && sound.contains { $0.id == 3 })
        let error = #expect(throws: ResultsError.self) { try after.requireSound(of: path) }
        let text = error?.description ?? ""
        #expect(text.contains("cell 2") && text.contains("picbench merge") && !text.contains("\n"), "\(text)")
    }

    @Test func `a cell whose row cannot be read is named in a list of cells`() throws {
        _ = try fill()
        try change("UPDATE cell SET ratio = -1 WHERE id = 2")
        let (cells, doubts) = try ResultStore(path: path, readOnly: true).cells()
        #expect(cells.map(\.id) == [1, 3] && doubts.map(\.cell) == [2])
    }

    @Test func `a changed text makes the cells doubtful that show it`() throws {
        _ = try fill()
        try change(
            "UPDATE text SET content = 'another' WHERE id = (SELECT contextID FROM sample WHERE id = 31)")
        let store = try ResultStore(path: path, readOnly: true)
        #expect(try store.snapshot().doubts.isEmpty)
        #expect(try store.snapshot(checking: .texts).doubts.map(\.cell) == [1, 2, 3])
        #expect(try store.doubt(of: 2)?.reason.contains("text") == true)
    }

    @Test func `whoever changes rows by hand may remove the checksum`() throws {
        _ = try fill()
        try change(
            "UPDATE sampleMetric SET value = 0.25 WHERE sampleID = 31; UPDATE cell SET checksum = NULL")
        #expect(try ResultStore(path: path, readOnly: true).snapshot().doubts.isEmpty)
        // The next writer works it out.
        #expect(try ResultStore(path: path).snapshot().doubts.isEmpty)
        try change("UPDATE sampleMetric SET value = 0.5 WHERE sampleID = 31")
        #expect(try ResultStore(path: path, readOnly: true).snapshot().doubts.map(\.cell) == [2])
    }

    /// What it is made of is part of the file format.
    @Test func `the checksum of a cell is a known value`() throws {
        _ = try fill()
        let sum = try DatabaseQueue(path: path).read {
            try String.fetchOne($0, sql: "SELECT checksum FROM cell WHERE id = 2")
        }
        #expect(sum == "9d4d2ecd8f6f336b94420ec273892ccc")
    }

    /// Everything that can be lost on a disk is lost once: each page, and bytes here and there.
    @Test func `damage is named, or changes nothing`() throws {
        let before = try fill()
        let good = try Data(contentsOf: URL(fileURLWithPath: path))
        var generator = SeededGenerator(seed: 15)
        var damaged = (0..<good.count / 4096).map { page in
            var data = good
            data.replaceSubrange(page * 4096..<(page + 1) * 4096, with: Data(count: 4096))
            return data
        }
        damaged += (0..<150).map { _ in
            var data = good
            for _ in 0..<Int.random(in: 1...20, using: &generator) {
                data[Int.random(in: 0..<data.count, using: &generator)] = .random(
                    in: 0...255, using: &generator)
            }
            return data
        }
        damaged += (1..<10).map { good.prefix(good.count * $0 / 10) }
        var refused = 0, named = 0
        for data in damaged {
            try data.write(to: URL(fileURLWithPath: path))
            do {
                let after = try ResultStore(path: path, readOnly: true).snapshot(checking: [.pages, .texts])
                let isSound = after.doubts.isEmpty && after.damage == nil
                let changed = before.cells.filter { !after.cells.contains($0) }.map(\.id)
                let others = after.cells.filter { !before.cells.contains($0) }.map(\.id)
                #expect(others.isEmpty, "figures of \(others) are others")
                // A cell whose number itself is damaged is named by the number that it has now.
                let doubtful = Set(after.doubts.map(\.cell))
                let renumbered = doubtful.subtracting(before.cells.map(\.id))
                #expect(
                    Set(changed).subtracting(doubtful).count <= renumbered.count || after.damage != nil)
                named += isSound ? 0 : 1
            } catch let error as ResultsError {
                #expect(!error.description.contains("\n"), "\(error)")
                refused += 1
            }
        }
        #expect(refused > 0 && named > 0)
    }
}
