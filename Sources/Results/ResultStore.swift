import Files
import Foundation
import GRDB

/// The results file: one SQLite database that holds every figure of a leaderboard.
///
/// What an `append` has returned from is on disk: a process that is killed loses nothing else. The
/// file is in rollback-journal mode, so that it is one file that can be copied, committed and read
/// from a folder without write permission.
public final class ResultStore: Sendable {
    public let path: String
    private let queue: DatabaseQueue
    /// A file of an older version is read as a copy that is brought up to date.
    private let copy: TemporaryCopy?
    /// The file that is open; absolute, since SQLite takes some other paths for more than a file's name.
    var openPath: String { copy?.path ?? URL(fileURLWithPath: path).path }
    /// The file, and those that SQLite has beside it while it writes.
    public var files: [URL] { Self.files(of: path) }

    /// The results file at a path, and those that SQLite has beside it while it writes.
    public static func files(of path: String) -> [URL] {
        let file = URL(fileURLWithPath: path).throughLinks.path
        return ["", "-journal", "-wal", "-shm"].map { URL(fileURLWithPath: file + $0) }
    }

    /// Opens the file, makes it where there is none, and brings an older schema up to date.
    /// - Parameter readOnly: nothing is made or changed; the file has to exist
    /// - Throws: `ResultsError`; `FileError` for a path that cannot be a file's
    public init(path: String, readOnly: Bool = false) throws {
        self.path = path
        // What SQLite takes for databases that are gone with the process.
        if path.isEmpty || path == ":memory:" { throw ResultsError.keepsNothing(path: path) }
        let file = URL(fileURLWithPath: path)
        let exists = try RegularFile.require(file)
        if readOnly, !exists { throw ResultsError.missing(path: path) }
        if !exists { try Folder.requireAround(file) }
        var configuration = Configuration()
        configuration.readonly = readOnly
        configuration.busyMode = .timeout(10)
        do {
            var opened = try DatabaseQueue(path: file.path, configuration: configuration)
            let isCurrent = try opened.read { db in
                try Self.check(db, path: path)
                return try Schema.migrator.hasCompletedMigrations(db)
            }
            copy = readOnly && !isCurrent ? try TemporaryCopy(of: path) : nil
            if let copy {
                try Schema.migrator.migrate(DatabaseQueue(path: copy.path))
                opened = try DatabaseQueue(path: copy.path, configuration: configuration)
            } else if !readOnly {
                try Schema.migrator.migrate(opened)
            }
            queue = opened
        } catch let error as DatabaseError {
            throw ResultsError(error, path: path)
        }
    }

    /// A file that is gone with its owner.
    private final class TemporaryCopy: Sendable {
        let path: String

        init(of original: String) throws {
            let url = FileManager.default.temporaryDirectory.appendingPathComponent(
                "picbench-\(UUID().uuidString).sqlite")
            do {
                try FileManager.default.copyItem(at: URL(fileURLWithPath: original), to: url)
            } catch {
                throw FileError.unwritable(path: url.path, reason: error.localizedDescription)
            }
            path = url.path
        }

        deinit { try? FileManager.default.removeItem(atPath: path) }
    }

    /// Refuses a database that is not ours or that a newer version wrote.
    private static func check(_ db: Database, path: String) throws {
        let application = try Int.fetchOne(db, sql: "PRAGMA application_id")
        let tables = try Int.fetchOne(db, sql: "SELECT count(*) FROM sqlite_master") ?? 0
        guard tables == 0 && !db.configuration.readonly || application == Schema.applicationID else {
            throw ResultsError.notResults(path: path)
        }
        if try Schema.migrator.hasBeenSuperseded(db) {
            let known = Schema.migrator.migrations
            let unknown = try Schema.migrator.appliedIdentifiers(db).filter { !known.contains($0) }
            throw ResultsError.newerSchema(path: path, unknown: unknown.sorted())
        }
    }

    func read<T>(_ body: (Database) throws -> T) throws -> T {
        do {
            return try queue.read(body)
        } catch let error as DatabaseError {
            throw ResultsError(error, path: path)
        }
    }

    /// Runs `body` outside of a transaction, with another file attached as `other`.
    func attached<T>(_ other: String, _ body: (Database) throws -> T) throws -> T {
        do {
            return try queue.writeWithoutTransaction { db in
                try db.execute(sql: "ATTACH DATABASE ? AS other", arguments: [other])
                defer { try? db.execute(sql: "DETACH DATABASE other") }
                return try body(db)
            }
        } catch let error as DatabaseError {
            throw ResultsError(error, path: path)
        }
    }

    /// One transaction: all of it is stored, or nothing.
    func write<T>(_ body: (Database) throws -> T) throws -> T {
        do {
            return try queue.write(body)
        } catch let error as DatabaseError {
            throw ResultsError(error, path: path)
        }
    }
}

extension RunRecord: FetchableRecord, PersistableRecord {
    public static let databaseTableName = "run"
}

extension CellRecord: FetchableRecord, PersistableRecord {
    public static let databaseTableName = "cell"
}

extension MetricRecord: FetchableRecord, PersistableRecord {
    public static let databaseTableName = "metric"
}

extension LatencyRecord: FetchableRecord {}

extension TrainingRecord: FetchableRecord, PersistableRecord {
    public static let databaseTableName = "training"
}

extension TrainingPoint: FetchableRecord {}
