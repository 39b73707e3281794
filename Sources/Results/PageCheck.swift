import Dispatch
import GRDB
import Synchronization

/// SQLite's check of a results file's pages, in the background on a connection of its own.
///
/// It finds what is damaged in parts of the file that nothing has read yet.
public final class PageCheck: Sendable {
    private let found = Mutex<String?>(nil)
    private let work = DispatchGroup()

    init(path: String, configuration: Configuration) {
        DispatchQueue.global().async(group: work) { [self] in
            let damage = Self.damage(path: path, configuration: configuration)
            found.withLock { $0 = damage }
        }
    }

    /// What is damaged, as far as has been found by now; nil for nothing.
    public var damage: String? { found.withLock { $0 } }

    /// What is damaged, when the check is over; nil for nothing.
    public func wait() -> String? {
        work.wait()
        return damage
    }

    private static func damage(path: String, configuration: Configuration) -> String? {
        do {
            let lines = try DatabaseQueue(path: path, configuration: configuration).read {
                try String.fetchAll($0, sql: "PRAGMA quick_check(1)")
            }.flatMap { $0.split(separator: "\n") }
            // The first line may only name the database.
            return lines == ["ok"] ? nil : lines.last.map(String.init) ?? "it cannot be checked"
        } catch let error as DatabaseError where error.isDamage {
            return error.message ?? "a page is malformed"
        } catch {
            // What keeps it from being read at all is met by whoever reads it.
            return nil
        }
    }
}

extension DatabaseError {
    /// Whether the file itself is at fault.
    var isDamage: Bool { [.SQLITE_CORRUPT, .SQLITE_NOTADB].contains(resultCode) }
}

extension ResultStore {
    /// Begins to check the file's pages.
    public func checkPages() -> PageCheck { PageCheck(path: openPath, configuration: configuration) }
}
