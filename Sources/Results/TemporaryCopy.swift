import Foundation
import GRDB

/// A copy of a results file that is gone with its owner.
package final class TemporaryCopy: Sendable {
    package let path = FileManager.default.temporaryDirectory
        .appendingPathComponent("picbench-\(UUID().uuidString).sqlite").path

    /// Of nothing yet.
    init() {}

    /// Of a file that is open, as it is at one moment.
    init(of open: DatabaseQueue) throws { try open.backup(to: DatabaseQueue(path: path)) }

    /// Of a file with the journal of a write that was interrupted, which whoever opens the copy takes back.
    ///
    /// For files that cannot be written: SQLite takes such a write back in the file itself where it can.
    package init(withJournalOf original: String) throws {
        for _ in 0..<10 {
            let before = Self.state(of: original)
            for suffix in ["", "-journal"] {
                try? FileManager.default.removeItem(atPath: path + suffix)
                guard FileManager.default.fileExists(atPath: original + suffix) else { continue }
                do {
                    try FileManager.default.copyItem(atPath: original + suffix, toPath: path + suffix)
                } catch {
                    throw ResultsError.database(
                        path: original,
                        reason: "a write to it was interrupted and it cannot be copied to take that back "
                            + "(\(error.localizedDescription)); make it writable or copy it yourself")
                }
            }
            // Somebody who may write the file may have gone on in between.
            if Self.state(of: original) == before { return }
        }
        throw ResultsError.database(
            path: original, reason: "another process is writing to it; wait for it or use another --db")
    }

    deinit {
        for suffix in ["", "-journal"] { try? FileManager.default.removeItem(atPath: path + suffix) }
    }

    private static func state(of path: String) -> [NSDictionary] {
        [path, path + "-journal"].map { file in
            let attributes = (try? FileManager.default.attributesOfItem(atPath: file)) ?? [:]
            return [
                "size": attributes[.size] ?? 0, "changed": attributes[.modificationDate] ?? Date.distantPast,
                "number": attributes[.systemFileNumber] ?? 0,
            ]
        }
    }
}
