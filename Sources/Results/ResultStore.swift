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

    /// Opens the file, makes it where there is none, and brings an older schema up to date.
    /// - Parameter readOnly: nothing is made or changed; the file has to exist
    /// - Throws: `ResultsError`
    public init(path: String, readOnly: Bool = false) throws {
        self.path = path
        var isFolder: ObjCBool = false
        let exists = FileManager.default.fileExists(atPath: path, isDirectory: &isFolder)
        if isFolder.boolValue {
            throw ResultsError.database(path: path, reason: "it is a folder; name a file with --db")
        }
        if readOnly, !exists { throw ResultsError.missing(path: path) }
        var configuration = Configuration()
        configuration.readonly = readOnly
        configuration.busyMode = .timeout(10)
        do {
            if !exists {
                try FileManager.default.createDirectory(
                    at: URL(fileURLWithPath: path).deletingLastPathComponent(),
                    withIntermediateDirectories: true)
            }
            queue = try DatabaseQueue(path: path, configuration: configuration)
            try queue.read { try Self.check($0, path: path) }
            if !readOnly { try Schema.migrator.migrate(queue) }
        } catch let error as DatabaseError {
            throw ResultsError(error, path: path)
        } catch let error as CocoaError {
            throw ResultsError.database(
                path: path,
                reason: "its folder cannot be made (\(error.localizedDescription)); use another --db")
        }
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

extension LatencyRecord: FetchableRecord {}

extension TrainingRecord: FetchableRecord, PersistableRecord {
    public static let databaseTableName = "training"
}

extension TrainingPoint: FetchableRecord {}
