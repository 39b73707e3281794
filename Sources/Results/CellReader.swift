import Foundation
import GRDB

/// Reads cells with all that figures are made of, and refuses those whose rows are not what was stored.
///
/// A checksum is of the very values that figures are made from: they are read once.
struct CellReader {
    private let db: Database
    private var bytes = RowBytes()
    /// Identifiers that were met before: a million samples share them.
    private var names: Set<ExactText> = []
    /// Whether rows of `text` that a cell refers to are looked at as well.
    private let checksTexts: Bool
    /// Whether texts that were looked at are what was stored.
    private var soundTexts: [Int64: Bool] = [:]

    init(_ db: Database, checkingTexts: Bool = false) {
        self.db = db
        checksTexts = checkingTexts
    }

    /// A cell's row.
    struct Header {
        let record: CellRecord
        let state: StoredCell.State
        let failure: String?
        /// Of all rows of the cell; nil where whoever changed them by hand removed it.
        let checksum: RowSum?
        /// Of this row alone.
        let sum: RowSum
    }

    /// - Throws: `CellFault` and, where pages are damaged, `DatabaseError`
    mutating func header(of id: Int64) throws -> Header {
        try readRow(of: id) { row, sum in
            let checksum = try row.wholeText("checksum")
            let failure = try row.wholeText("failure")
            guard let record = try? CellRecord(row: row), record.hasSoundBudget,
                let state = try row.wholeText("state").flatMap(StoredCell.State.init),
                1...1 << 40 ~= record.exampleCount,
                (failure != nil) == (state == .failed),
                checksum == nil || checksum.flatMap(RowSum.init) != nil
            else { throw CellFault.unreadable }
            return Header(
                record: record, state: state, failure: failure, checksum: checksum.flatMap(RowSum.init),
                sum: sum)
        }
    }

    private mutating func readRow<T>(of id: Int64, _ body: (Row, RowSum) throws -> T) throws -> T {
        let statement = try db.cachedStatement(
            sql: "SELECT \([SummedColumn].ofCell.sql), state, failure, checksum FROM cell WHERE id = ?")
        let rows = try Row.fetchCursor(statement, arguments: [id])
        guard let row = try rows.next() else { throw CellFault.unreadable }
        var sum = RowSum()
        bytes.begin("cell")
        try bytes.add(row, .ofCell)
        sum.add(bytes)
        return try body(row, sum)
    }

    /// A cell with all that was measured of it.
    /// - Throws: `CellFault` and, where pages are damaged, `DatabaseError`
    mutating func cell(_ id: Int64) throws -> StoredCell {
        let header = try header(of: id)
        var cell = StoredCell(
            id: id, record: header.record, state: header.state, failure: header.failure, runs: [], scores: [],
            latencies: [])
        var sum = header.sum
        var runs: Set<Int64> = []
        var texts: Set<Int64> = []
        try readSamples(of: &cell, into: &sum, &runs, &texts)
        try readLatencies(of: &cell, into: &sum, &runs)
        try readAttention(of: &cell, into: &sum)
        cell.runs = runs.sorted()
        if let checksum = header.checksum, checksum != sum { throw CellFault.otherRows }
        try requireComplete(cell)
        if try !texts.allSatisfy({ try isSound(text: $0) }) {
            throw CellFault(reason: "a text of it is not the one that was stored")
        }
        return cell
    }

    /// The checksum of all rows of a cell.
    mutating func sum(of cell: Int64) throws -> RowSum {
        try sumOfRow(of: cell) + sumOfSamples(of: cell) + sumOfLatencies(of: cell) + sumOfAttention(of: cell)
    }

    /// The checksum of a cell's own row.
    mutating func sumOfRow(of cell: Int64) throws -> RowSum { try readRow(of: cell) { $1 } }

    /// The checksum of samples of a cell.
    /// - Parameter last: the row of `sample` behind which they stand; 0 for all of the cell
    mutating func sumOfSamples(of cell: Int64, after last: Int64 = 0) throws -> RowSum {
        var sum = RowSum()
        try forEachSample(of: cell, after: last, into: &sum)
        return sum
    }

    mutating func sumOfLatencies(of cell: Int64, after last: Int64 = 0) throws -> RowSum {
        var sum = RowSum()
        try forEachLatency(of: cell, after: last, into: &sum) { _ in }
        return sum
    }

    mutating func sumOfAttention(of cell: Int64) throws -> RowSum {
        var sum = RowSum()
        try forEachBin(of: cell, into: &sum) { _ in }
        return sum
    }

    // MARK: - Samples

    private mutating func readSamples(
        of cell: inout StoredCell, into sum: inout RowSum, _ runs: inout Set<Int64>, _ texts: inout Set<Int64>
    ) throws {
        let metrics = cell.record.metrics
        let first = [SummedColumn].ofSample.count
        var scores: [StoredCell.Score] = []
        var names: Set<ExactText> = []
        swap(&names, &self.names)
        defer { swap(&names, &self.names) }
        let keepsTexts = checksTexts
        try forEachSample(of: cell.id, into: &sum) { row in
            guard let example = try row.wholeText(0), let document = try row.wholeText(1),
                let context: Int = row[5], let positions: Int = row[6], let bytes: Int = row[7],
                let run: Int64 = row[9], let text: Int64 = row[10]
            else { throw CellFault(reason: "a sample lacks a value") }
            try Self.requireCounts([context, positions, bytes])
            runs.insert(run)
            if keepsTexts {
                texts.formUnion([text] + (11...13).compactMap { row[$0] as Int64? })
            }
            scores.append(
                StoredCell.Score(
                    exampleID: names.insert(ExactText(example)).memberAfterInsert.text,
                    documentID: names.insert(ExactText(document)).memberAfterInsert.text,
                    contextTokens: context, keptPositions: positions, keptBytes: bytes,
                    values: [Double](repeating: .nan, count: metrics.count)))
        } metric: { row in
            guard let metric = try row.wholeText(first + 1), let value: Double = row[first + 2],
                abs(value) <= 1e15
            else { throw CellFault(reason: "a score is no number, or one that no figure can be made of") }
            if let place = metrics.firstIndex(of: metric) { scores[scores.count - 1].values[place] = value }
        }
        cell.scores = scores
    }

    /// Goes over a cell's samples in the order in which they were stored, each with its metrics behind it.
    private mutating func forEachSample(
        of cell: Int64, after last: Int64 = 0, into sum: inout RowSum,
        _ body: (Row) throws -> Void = { _ in }, metric: (Row) throws -> Void = { _ in }
    ) throws {
        let columns = [SummedColumn].ofSample
        // Rows that were just stored are the table's last ones: other rows of a large cell are not looked at.
        let table = last > 0 ? "sample NOT INDEXED" : "sample"
        // Only identifiers are sorted; the limit keeps SQLite from taking the order apart.
        let statement = try db.cachedStatement(
            sql: """
                SELECT \(columns.sql), sample.id, metric, value
                FROM (SELECT id AS chosen FROM \(table) WHERE cellID = ? AND id > ? ORDER BY id LIMIT -1)
                CROSS JOIN sample ON sample.id = chosen
                LEFT JOIN sampleMetric ON sampleID = sample.id
                """)
        let rows = try Row.fetchCursor(statement, arguments: [cell, last])
        var before: Int64?
        while let row = try rows.next() {
            guard let id: Int64 = row[columns.count] else { throw CellFault.unreadable }
            if id != before {
                if before != nil { sum.add(bytes) }
                before = id
                bytes.begin("sample")
                try bytes.add(row, columns)
                try body(row)
            }
            if !row.hasNull(atIndex: columns.count + 1) {
                try bytes.add(row, .ofSampleMetric, from: columns.count + 1)
                try metric(row)
            }
        }
        if before != nil { sum.add(bytes) }
    }

    /// Refuses counts that nothing has, whose sums nothing could hold.
    private static func requireCounts(_ counts: [Int]) throws {
        guard counts.allSatisfy((0...1 << 40).contains) else {
            throw CellFault(reason: "a count of tokens, positions or bytes cannot be")
        }
    }

    private func requireComplete(_ cell: StoredCell) throws {
        let expected = cell.record.exampleCount
        if cell.state == .done, cell.scores.count != expected {
            throw CellFault(reason: "it has \(cell.scores.count) of \(expected) samples")
        }
    }

    // MARK: - Latencies

    private mutating func readLatencies(
        of cell: inout StoredCell, into sum: inout RowSum, _ runs: inout Set<Int64>
    ) throws {
        var latencies: [LatencyRecord] = []
        try forEachLatency(of: cell.id, into: &sum) { row in
            guard var record = try? LatencyRecord(row: row), let example = try row.wholeText(0),
                let run: Int64 = row[5],
                [record.compressSeconds, record.prefillSeconds, record.decodeSecondsPerToken].allSatisfy({
                    0...1e9 ~= $0
                })
            else { throw CellFault(reason: "a latency is no number of seconds") }
            try Self.requireCounts([
                record.contextTokens, record.keptPositions, record.keptBytes, record.outputTokens,
            ])
            record.exampleID = example
            runs.insert(run)
            latencies.append(record)
        }
        cell.latencies = latencies
    }

    private mutating func forEachLatency(
        of cell: Int64, after last: Int64 = 0, into sum: inout RowSum, _ body: (Row) throws -> Void
    ) throws {
        let statement = try db.cachedStatement(
            sql: """
                SELECT \([SummedColumn].ofLatency.sql) FROM latency WHERE cellID = ? AND id > ? ORDER BY id
                """)
        let rows = try Row.fetchCursor(statement, arguments: [cell, last])
        while let row = try rows.next() {
            bytes.begin("latency")
            try bytes.add(row, .ofLatency)
            sum.add(bytes)
            try body(row)
        }
    }

    // MARK: - Where memory tokens look

    private mutating func readAttention(of cell: inout StoredCell, into sum: inout RowSum) throws {
        var mass: [[Double]] = []
        var documents = 0
        try forEachBin(of: cell.id, into: &sum) { row in
            guard let memory: Int = row[0], let bin: Int = row[1], let count: Int = row[2],
                let share: Double = row[3], abs(share) <= 1e9
            else { throw CellFault(reason: "a mass of attention is no number") }
            if bin == 0 { mass.append([]) }
            guard memory >= 0, memory == mass.count - 1, bin == mass[memory].count else {
                throw Self.torn
            }
            mass[memory].append(share)
            documents = count
        }
        guard mass.allSatisfy({ $0.count == mass[0].count }) else { throw Self.torn }
        cell.attention = mass.isEmpty ? nil : MemoryAttentionRecord(mass: mass, documents: documents)
    }

    private static let torn = CellFault(reason: "its map of attention has holes")

    private mutating func forEachBin(
        of cell: Int64, into sum: inout RowSum, _ body: (Row) throws -> Void
    ) throws {
        let statement = try db.cachedStatement(
            sql: """
                SELECT \([SummedColumn].ofMemoryAttention.sql) FROM memoryAttention WHERE cellID = ?
                ORDER BY memory, bin
                """)
        let rows = try Row.fetchCursor(statement, arguments: [cell])
        while let row = try rows.next() {
            bytes.begin("memoryAttention")
            try bytes.add(row, .ofMemoryAttention)
            sum.add(bytes)
            try body(row)
        }
    }

    // MARK: - Texts

    /// Whether a row of `text` has the content that its hash says.
    private mutating func isSound(text id: Int64) throws -> Bool {
        if let known = soundTexts[id] { return known }
        let isSound = (try? StoredText(id, db)) != nil
        soundTexts[id] = isSound
        return isSound
    }
}

extension CellRecord {
    /// Whether it is a ratio of at least 1 or a number of at least one position.
    fileprivate var hasSoundBudget: Bool {
        switch (ratio, positions) {
        case (let ratio?, nil): ratio >= 1 && ratio.isFinite
        case (nil, let positions?): positions > 0
        case (nil, nil), (_?, _?): false
        }
    }
}
