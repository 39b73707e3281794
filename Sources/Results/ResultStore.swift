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
    private let isReadOnly: Bool
    let configuration: Configuration
    /// A file that cannot be read where it is is read as a copy.
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

    /// Whether a file may hold results: an SQLite database, or something packed by gzip.
    public static func mayBeStore(_ url: URL) -> Bool {
        guard case .file? = try? FileKind(of: url) else { return false }
        if (try? TemporaryCopy.isPacked(url.path)) == true { return true }
        return (try? Descriptor.reading(url)?.read(upToCount: 16)) == Data("SQLite format 3\0".utf8)
    }

    /// Opens the file, makes it where there is none, and brings an older schema up to date.
    ///
    /// A write that was interrupted is taken back first, by readers as well.
    /// - Parameter readOnly: no row is made or changed; the file has to exist, and may be packed by gzip
    /// - Throws: `ResultsError`; `FileError` for a path that cannot be a file's
    public init(path: String, readOnly: Bool = false) throws {
        self.path = path
        isReadOnly = readOnly
        // What SQLite takes for databases that are gone with the process.
        if path.isEmpty || path == ":memory:" { throw ResultsError.keepsNothing(path: path) }
        let file = URL(fileURLWithPath: path)
        let exists = try RegularFile.require(file)
        if readOnly, !exists { throw ResultsError.missing(path: path) }
        if !exists { try Folder.requireAround(file) }
        var configuration = Configuration()
        // Whoever makes figures of a large file, or checks it, may hold up a writer for as long.
        configuration.busyMode = .timeout(readOnly ? 10 : 60)
        self.configuration = configuration
        do {
            (queue, copy) = try Self.open(file.path, readOnly: readOnly, configuration)
        } catch {
            throw ResultsError.explaining(error, path: path)
        }
        if !readOnly { try completeChecksums() }
    }

    private static func open(
        _ path: String, readOnly: Bool, _ configuration: Configuration
    ) throws -> (DatabaseQueue, TemporaryCopy?) {
        func opened(_ path: String) throws -> (DatabaseQueue, isCurrent: Bool) {
            let queue = try DatabaseQueue(path: path, configuration: configuration)
            return try queue.read { db in
                try check(db, path: path, readOnly: readOnly)
                return (queue, try Schema.migrator.hasCompletedMigrations(db))
            }
        }
        let isPacked = try TemporaryCopy.isPacked(path)
        guard readOnly else {
            if isPacked {
                throw ResultsError.database(
                    path: path,
                    reason: "it is packed, and can be read alone; unpack it with 'gunzip -k' to write")
            }
            let (queue, _) = try opened(path)
            try Schema.bringUpToDate(queue)
            return (queue, nil)
        }
        var copy = try isPacked ? TemporaryCopy(unpacking: path) : nil
        var (queue, isCurrent): (DatabaseQueue, Bool)
        do {
            (queue, isCurrent) = try opened(copy?.path ?? path)
        } catch let error as DatabaseError
            where [.SQLITE_READONLY, .SQLITE_CANTOPEN].contains(error.resultCode)
            && FileManager.default.fileExists(atPath: path + "-journal")
        {
            let made = try TemporaryCopy(withJournalOf: path)
            (queue, isCurrent) = try opened(made.path)
            copy = made
        }
        if !isCurrent {
            let made = try copy ?? TemporaryCopy(of: queue)
            queue = try DatabaseQueue(path: made.path, configuration: configuration)
            try Schema.bringUpToDate(queue)
            copy = made
        }
        return (queue, copy)
    }

    /// Refuses a database that is not ours or that a newer version wrote.
    private static func check(_ db: Database, path: String, readOnly: Bool) throws {
        let application = try Int.fetchOne(db, sql: "PRAGMA application_id")
        // A process that was killed while it made the file may have left the migrator's table alone.
        let tables =
            try Int.fetchOne(
                db, sql: "SELECT count(*) FROM sqlite_master WHERE tbl_name <> 'grdb_migrations'")
            ?? 0
        guard tables == 0 && !readOnly || application == Schema.applicationID,
            try String.fetchOne(db, sql: "PRAGMA encoding") == "UTF-8"
        else {
            throw ResultsError.notResults(path: path)
        }
        if try Schema.migrator.hasBeenSuperseded(db) {
            let known = Schema.migrator.migrations
            let unknown = try Schema.migrator.appliedIdentifiers(db).filter { !known.contains($0) }
            throw ResultsError.newerSchema(path: path, unknown: unknown.sorted())
        }
    }

    func read<T>(_ body: (Database) throws -> T) throws -> T {
        var found: T?
        do {
            return try queue.read { db in
                let value = try body(db)
                found = value
                return value
            }
        } catch {
            // SQLite does not end a transaction well that met a damaged page; what was read of others stands.
            if let found { return found }
            throw ResultsError.explaining(error, path: path)
        }
    }

    /// One transaction: all of it is stored, or nothing.
    func write<T>(_ body: (Database) throws -> T) throws -> T {
        if isReadOnly { throw ResultsError.readOnly(path: path) }
        do { return try queue.write(body) } catch { throw ResultsError.explaining(error, path: path) }
    }

    /// Whether two stores are of one file.
    func isSameFile(as other: ResultStore) -> Bool {
        func number(_ path: String) -> [UInt64] {
            let file = URL(fileURLWithPath: path).resolvingSymlinksInPath().path
            let attributes = (try? FileManager.default.attributesOfItem(atPath: file)) ?? [:]
            return [.systemNumber, .systemFileNumber].compactMap {
                (attributes[$0] as? NSNumber)?.uint64Value
            }
        }
        let (own, others) = (number(path), number(other.path))
        return own.count == 2 && own == others
    }
}

extension RunRecord: FetchableRecord, PersistableRecord {
    public static let databaseTableName = "run"

    public func willInsert(_ db: Database) throws { try requireNoZeroBytes() }
}

extension CellRecord: FetchableRecord, PersistableRecord {
    public static let databaseTableName = "cell"

    public func willInsert(_ db: Database) throws { try requireNoZeroBytes() }
}

extension MetricRecord: FetchableRecord, PersistableRecord {
    public static let databaseTableName = "metric"

    public func willInsert(_ db: Database) throws { try requireNoZeroBytes() }
}

extension LatencyRecord: FetchableRecord {}

extension TrainingRecord: FetchableRecord, PersistableRecord {
    public static let databaseTableName = "training"

    public func willInsert(_ db: Database) throws { try requireNoZeroBytes() }
}

extension TrainingPoint: FetchableRecord {}
