import CZlib
import Foundation
import RecordFixtures
import Results
import TestSupport
import Testing

/// Results that gzip packed.
struct PackedTests {
    private let folder = temporaryPath("packed")

    /// - Returns: a store with one sample, and the same packed
    private func packed() throws -> (plain: String, packed: String) {
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        let plain = folder.appendingPathComponent("r.sqlite").path
        let store = try ResultStore(path: plain)
        let run = try store.beginRun(.sample)
        let cell = try store.openCell(.sample(), for: run)
        try store.append(samples: [.sample("a", em: 1)], to: cell.id, run: run)
        let packed = plain + ".gz"
        let bytes = [UInt8](try Data(contentsOf: URL(fileURLWithPath: plain)))
        let file = try #require(gzopen(packed, "wb"))
        #expect(gzwrite(file, bytes, UInt32(bytes.count)) == bytes.count)
        #expect(gzclose(file) == Z_OK)
        return (plain, packed)
    }

    @Test func `they are read as if they were not`() throws {
        let (plain, packed) = try packed()
        let (expected, found) = try (
            ResultStore(path: plain, readOnly: true).snapshot(checking: [.pages, .texts]),
            ResultStore(path: packed, readOnly: true).snapshot(checking: [.pages, .texts])
        )
        #expect(found.cells.map(\.scores.first?.values) == expected.cells.map(\.scores.first?.values))
        #expect(found.cells.count == 1 && found.doubts.isEmpty && found.damage == nil)
        #expect(try FileManager.default.contentsOfDirectory(atPath: folder.path).count == 2)
    }

    @Test func `they are not written, and damage is told of in one line`() throws {
        let (_, packed) = try packed()
        func expect(_ part: String, readOnly: Bool) {
            let error = #expect(throws: ResultsError.self) {
                try ResultStore(path: packed, readOnly: readOnly)
            }
            let text = error?.description ?? ""
            #expect(text.contains(part) && text.contains("r.sqlite.gz") && !text.contains("\n"), "\(text)")
        }
        expect("unpack it with 'gunzip -k'", readOnly: false)
        let whole = try Data(contentsOf: URL(fileURLWithPath: packed))
        try whole.prefix(whole.count / 2).write(to: URL(fileURLWithPath: packed))
        expect("cut off or damaged", readOnly: true)
        var changed = whole
        changed[whole.count / 2] ^= 0x55
        try changed.write(to: URL(fileURLWithPath: packed))
        expect("cut off or damaged", readOnly: true)
    }
}
