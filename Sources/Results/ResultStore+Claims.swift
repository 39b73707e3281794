import Foundation
import GRDB

/// What came of a run's wish for a cell.
public enum CellClaim: Sendable, Equatable {
    /// It is the run's, until it is finished, has failed or is given back.
    case claimed(OpenCell)
    /// Another run has it, or takes this one for dead.
    case held
    case done
    case failed
}

/// Where a cell of a grid stands, before anybody asks for it.
public struct CellStanding: Sendable, Equatable {
    public var id: Int64
    public var state: StoredCell.State
    /// The run that has claimed it.
    public var holder: Int64?
    public var scored: Int
    public var hasLatency: Bool
    /// The last run that scored some of it; 0 for none.
    public var lastRun: Int64
}

extension ResultStore {
    // MARK: - Runs that work on a file

    /// Stores a run that begins, and that its process lives.
    /// - Returns: the run's identifier
    public func beginRun(_ run: RunRecord, by process: ProcessIdentity = .current) throws -> Int64 {
        try write { db in
            try run.insert(db)
            let id = db.lastInsertedRowID
            try Self.addWorker(id, process, db)
            return id
        }
    }

    /// Notes that a run has ended, and gives back the cells that it has.
    public func finishRun(_ id: Int64) throws {
        try write { db in
            try db.execute(sql: "UPDATE run SET finishedAt = ? WHERE id = ?", arguments: [Date(), id])
            try db.execute(sql: "DELETE FROM worker WHERE runID = ?", arguments: [id])
        }
    }

    /// Gives back the cells of a run that ends before its time.
    public func leave(_ run: Int64) throws {
        try write { try $0.execute(sql: "DELETE FROM worker WHERE runID = ?", arguments: [run]) }
    }

    /// Notes that a run lives. One that others took for dead comes back, without the cells that it had.
    public func beat(_ run: Int64, by process: ProcessIdentity = .current) throws {
        try write { db in
            try db.execute(sql: "UPDATE worker SET beat = beat + 1 WHERE runID = ?", arguments: [run])
            if db.changesCount == 0 { try Self.addWorker(run, process, db) }
        }
    }

    /// The runs that say that they work.
    public func workers() throws -> [Worker] {
        try read { db in
            try Row.fetchAll(db, sql: "SELECT * FROM worker ORDER BY runID").map {
                Worker(
                    run: try $0.decode(forColumn: "runID"),
                    process: ProcessIdentity(
                        machine: try $0.decode(forColumn: "machine"),
                        id: try $0.decode(forColumn: "processID"),
                        start: try $0.decode(forColumn: "processStart")),
                    beat: try $0.decode(forColumn: "beat"))
            }
        }
    }

    /// Takes the cells of runs that are taken for dead; one that has said something since keeps them.
    public func dismiss(_ workers: [Worker]) throws {
        guard !workers.isEmpty else { return }
        try write { db in
            for worker in workers {
                try db.execute(
                    sql: "DELETE FROM worker WHERE runID = ? AND beat = ?",
                    arguments: [worker.run, worker.beat])
            }
        }
    }

    private static func isWorking(_ run: Int64, _ db: Database) throws -> Bool {
        try Bool.fetchOne(
            db, sql: "SELECT EXISTS (SELECT 1 FROM worker WHERE runID = ?)", arguments: [run]) ?? false
    }

    private static func addWorker(_ run: Int64, _ process: ProcessIdentity, _ db: Database) throws {
        try db.execute(
            sql: "INSERT INTO worker (runID, machine, processID, processStart) VALUES (?, ?, ?, ?)",
            arguments: [run, process.machine, process.id, process.start])
    }

    // MARK: - Cells that a run claims

    /// Finds or makes the cells of a grid. Those that failed before are open again.
    /// - Returns: where each stands, in the order of the records
    public func enter(_ cells: [CellRecord]) throws -> [CellStanding] {
        try write { db in
            try cells.map { cell in
                let known = try Int64.fetchOne(
                    db, sql: "SELECT id FROM cell WHERE fingerprint = ?", arguments: [cell.fingerprint])
                let id = try known ?? Self.insert(cell, db)
                try db.execute(
                    sql: "UPDATE cell SET state = 'open', failure = NULL WHERE id = ? AND state = 'failed'",
                    arguments: [id])
                return try Self.standing(of: id, db)
            }
        }
    }

    /// Where cells stand.
    public func standings(of cells: [Int64]) throws -> [CellStanding] {
        try read { db in try cells.map { try Self.standing(of: $0, db) } }
    }

    private static func standing(of id: Int64, _ db: Database) throws -> CellStanding {
        guard
            let row = try Row.fetchOne(
                db,
                sql: """
                    SELECT state, (SELECT runID FROM claim WHERE cellID = cell.id) AS holder,
                        (SELECT count(*) FROM sample WHERE cellID = cell.id) AS scored,
                        EXISTS (SELECT 1 FROM latency WHERE cellID = cell.id) AS hasLatency,
                        -- By the index alone: other samples of a large cell are not read.
                        (SELECT runID FROM sample WHERE id = (SELECT max(id) FROM sample WHERE cellID = cell.id))
                            AS lastRun
                    FROM cell WHERE id = ?
                    """, arguments: [id])
        else { throw CellFault.unreadable }
        return CellStanding(
            id: id, state: StoredCell.State(rawValue: try row.decode(forColumn: "state")) ?? .open,
            holder: try row.decode(forColumn: "holder"), scored: try row.decode(forColumn: "scored"),
            hasLatency: try row.decode(forColumn: "hasLatency"),
            lastRun: try row.decode(Int64?.self, forColumn: "lastRun") ?? 0)
    }

    /// Claims a cell for a run, so that no other scores it.
    ///
    /// An unfinished one whose rows are not those that were stored begins again. A run that others took for dead
    /// claims nothing before it has said that it lives.
    /// - Parameters:
    ///   - lastRun: begins one that is done again, unless a later run than this one has by now
    ///   - measuring: whether one that is done is claimed as well where nobody has measured its latency
    public func claim(
        _ id: Int64, for run: Int64, again lastRun: Int64? = nil, measuring: Bool = false
    ) throws -> CellClaim {
        try write { db in
            let standing = try Self.standing(of: id, db)
            if try standing.holder != nil || !Self.isWorking(run, db) { return .held }
            if let lastRun, standing.lastRun <= lastRun {
                try Self.empty(id, db)
            } else {
                switch standing.state {
                case .done: if !measuring || standing.hasLatency { return .done }
                case .failed: return .failed
                case .open:
                    if try !Self.isSound(id, db) { try Self.empty(id, db) }
                }
            }
            return .claimed(try Self.take(id, for: run, db))
        }
    }

    /// Gives a cell back.
    public func release(_ cell: Int64, from run: Int64) throws {
        try write {
            try $0.execute(
                sql: "DELETE FROM claim WHERE cellID = ? AND runID = ?", arguments: [cell, run])
        }
    }

    private static func take(_ id: Int64, for run: Int64, _ db: Database) throws -> OpenCell {
        try db.execute(sql: "INSERT INTO claim (cellID, runID) VALUES (?, ?)", arguments: [id, run])
        func has(_ table: String) throws -> Bool {
            try Bool.fetchOne(
                db, sql: "SELECT EXISTS (SELECT 1 FROM \(table) WHERE cellID = ?)", arguments: [id]) ?? false
        }
        var scored: Set<ExactText> = []
        let rows = try Row.fetchCursor(
            db, sql: "SELECT exampleID FROM sample WHERE cellID = ?", arguments: [id])
        while let row = try rows.next() {
            if let example = try row.wholeText(0) { scored.insert(ExactText(example)) }
        }
        return OpenCell(
            id: id, scored: scored, hasLatency: try has("latency"),
            hasAttention: try has("memoryAttention"))
    }

    /// Refuses what a run would store of a cell that is not, or no longer, its own.
    static func requireClaim(_ cell: Int64, by run: Int64, _ db: Database) throws {
        let holder = try Int64.fetchOne(
            db.cachedStatement(sql: "SELECT runID FROM claim WHERE cellID = ?"), arguments: [cell])
        guard holder == run else { throw ResultsError.claimLost(cell: try label(of: cell, db)) }
    }

    /// The cell's name for people.
    static func label(of cell: Int64, _ db: Database) throws -> String {
        try CellRecord.fetchOne(db, sql: "SELECT * FROM cell WHERE id = ?", arguments: [cell])?.label
            ?? "cell \(cell)"
    }
}
