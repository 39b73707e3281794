import GRDB
import Seeding

/// Copies what one results file has and another one lacks, row by row: each is read on its own connection, so
/// that what is at fault is known.
struct StoreMerge {
    let source: Database
    let destination: Database
    let file: String
    var report = MergeReport()
    var reader: CellReader
    /// Rows of the destination for rows of the source, as far as they were asked for.
    private var runs: [Int64: Int64] = [:]
    private var texts: [Int64: Int64] = [:]

    init(_ source: Database, into destination: Database, file: String) {
        self.source = source
        self.destination = destination
        self.file = file
        reader = CellReader(source, checkingTexts: true)
    }

    mutating func run() throws {
        try attempt("metrics") { try $0.copyMetrics() }
        try attempt("runs") { try $0.copyRuns() }
        var cells: [Int64] = []
        try attempt("cells") { merge in
            cells = try Self.reading(merge.file) { try ResultStore.cellIDs(merge.source) }
        }
        for id in cells {
            let name = (try? reader.header(of: id).record.label).map { " (\($0))" } ?? ""
            try attempt("cell \(id)\(name)") { try $0.copyCell(id) }
        }
        try attempt("trainings") { merge in
            for id in try merge.ids(in: "training") {
                try merge.attempt("training \(id)") { try $0.copyTraining(id) }
            }
        }
    }

    // MARK: - Faults

    /// Does a part of the merge, or nothing of it where it does not verify.
    private mutating func attempt(_ what: String, _ body: (inout StoreMerge) throws -> Void) throws {
        let before = self
        do {
            try destination.inSavepoint {
                try body(&self)
                return .commit
            }
        } catch {
            let reason: String
            switch error {
            case let fault as CellFault: reason = fault.reason
            case let error as DatabaseError where error.resultCode == .SQLITE_CONSTRAINT:
                reason = "a row breaks the rules of a results file (\(error.message ?? "constraint"))"
            default: throw error
            }
            self = before
            report.leftOut.append(.init(file: file, what: what, reason: reason))
        }
    }

    /// Reads something of the source.
    /// - Throws: `CellFault` where the source is to blame
    static func reading<T>(_ file: String, _ body: () throws -> T) throws -> T {
        do {
            return try body()
        } catch let error as DatabaseError {
            guard error.isDamage || error.resultCode == .SQLITE_ERROR else {
                throw ResultsError.explaining(error, path: file)
            }
            if error.isDamage { throw CellFault.damagedPage }
            throw CellFault(
                reason: ResultsError.reason(error.resultCode, error.message.map { " (\($0))" } ?? ""))
        } catch is RowDecodingError {
            throw CellFault.unreadable
        }
    }

    // MARK: - Rows

    /// Goes over rows of the source.
    /// - Parameter body: given a row that the cursor stands on, and the values of the columns
    mutating func forEach(
        _ copied: CopiedTable, also others: String = "", where condition: String = "1", _ id: Int64? = nil,
        _ body: (inout StoreMerge, Row, [CopiedTable.Value]) throws -> Void
    ) throws {
        let names = copied.columns.sql + (others.isEmpty ? "" : ", \(others)")
        let rows = try Self.reading(file) {
            try Row.fetchCursor(
                source.cachedStatement(
                    sql: "SELECT \(names) FROM \(copied.name) WHERE \(condition)"),
                arguments: id.map { [$0] } ?? [])
        }
        while let row = try Self.reading(file, { try rows.next() }) {
            try body(&self, row, copied.values(row))
        }
    }

    private func ids(in table: String) throws -> [Int64] {
        try Self.reading(file) { try Int64.fetchAll(source, sql: "SELECT id FROM \(table) ORDER BY id") }
    }

    // MARK: - Metrics, runs, texts

    private mutating func copyMetrics() throws {
        let copied = try CopiedTable("metric", in: destination)
        try forEach(copied) { merge, _, values in
            try copied.insert(values, unlessKnown: true, into: merge.destination)
        }
    }

    private mutating func copyRuns() throws {
        // Those without samples are part of a file's history.
        for id in try ids(in: "run") { _ = try run(id) }
    }

    /// The destination's row for a run.
    mutating func run(_ id: Int64) throws -> Int64 {
        if let known = runs[id] { return known }
        let copied = try CopiedTable("run", without: ["id"], in: destination)
        var found: Int64?
        try forEach(copied, also: "uuid", where: "id = ?", id) { merge, row, values in
            guard let uuid = try row.wholeText(copied.columns.count), !uuid.isEmpty else {
                throw CellFault(reason: "a run of it has no identifier")
            }
            try copied.insert(values, unlessKnown: true, into: merge.destination)
            found = try Int64.fetchOne(
                merge.destination, sql: "SELECT id FROM run WHERE uuid = ?", arguments: [uuid])
        }
        guard let found else { throw CellFault(reason: "a run of it is missing") }
        runs[id] = found
        return found
    }

    /// The destination's row for a text, which is checked.
    mutating func text(_ id: Int64) throws -> Int64 {
        if let known = texts[id] { return known }
        let text = try Self.reading(file) { try StoredText(id, source) }
        let made = try text.store(destination)
        texts[id] = made
        return made
    }

    // MARK: - Trainings

    private mutating func copyTraining(_ id: Int64) throws {
        let copied = try CopiedTable("training", without: ["id"], in: destination)
        let points = try CopiedTable("trainingPoint", without: ["trainingID"], in: destination)
        try forEach(
            copied, also: "fingerprint, startedAt, finishedAt, outputHash", where: "id = ?", id
        ) { merge, row, values in
            let (db, first) = (merge.destination, copied.columns.count)
            let key: StatementArguments = [
                try row.wholeText(first)?.wholeArgument, try row.wholeText(first + 1)?.wholeArgument,
            ]
            let find = "SELECT id FROM training WHERE fingerprint = ? AND startedAt = ?"
            if try Int64.fetchOne(db, sql: find, arguments: key) == nil {
                try copied.insert(values, into: db)
            }
            guard let place = try Int64.fetchOne(db, sql: find, arguments: key) else {
                throw CellFault.unreadable
            }
            // One that went on since it was merged is finished by now, perhaps.
            try db.execute(
                sql: """
                    UPDATE training SET finishedAt = ?, outputHash = ? WHERE id = ? AND finishedAt IS NULL
                    """,
                arguments: [
                    try row.wholeText(first + 2)?.wholeArgument, try row.wholeText(first + 3)?.wholeArgument,
                    place,
                ])
            try merge.forEach(points, where: "trainingID = ?", id) { merge, _, values in
                try points.insert(
                    values, with: ["trainingID": place], unlessKnown: true, into: merge.destination)
            }
        }
    }
}
