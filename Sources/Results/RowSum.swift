import GRDB
import Seeding

/// A column whose value belongs to a checksum.
struct SummedColumn {
    enum Kind { case text, integer, real }

    let name: String
    let kind: Kind

    static func columns(_ names: String, _ kind: Kind) -> [SummedColumn] {
        names.split(separator: " ").map { SummedColumn(name: String($0), kind: kind) }
    }
}

extension [SummedColumn] {
    /// As a statement selects them.
    var sql: String { map { "\"\($0.name)\"" }.joined(separator: ", ") }

    // What a checksum is made of never changes: columns that a later version adds are not in it.

    static let ofCell =
        SummedColumn.columns(
            """
            fingerprint identity modelName modelHash adapterName adapterHash methodID methodName family role \
            parameters taskID taskName primaryMetric metrics datasetID datasetHash decoding
            """, .text)
        + SummedColumn.columns("isTrained isQueryAware positions seed exampleCount", .integer)
        + SummedColumn.columns("ratio", .real)

    static let ofSample =
        SummedColumn.columns("exampleID documentID question prediction references", .text)
        + SummedColumn.columns(
            """
            contextTokens keptPositions keptBytes outputTokens runID contextID keptTextID keptSpansID promptID
            """, .integer)

    static let ofSampleMetric =
        SummedColumn.columns("metric", .text) + SummedColumn.columns("value", .real)

    static let ofLatency =
        SummedColumn.columns("exampleID", .text)
        + SummedColumn.columns("contextTokens keptPositions keptBytes outputTokens runID", .integer)
        + SummedColumn.columns("compressSeconds prefillSeconds decodeSecondsPerToken", .real)

    static let ofMemoryAttention =
        SummedColumn.columns("memory bin documents", .integer) + SummedColumn.columns("mass", .real)
}

/// A checksum of rows that does not ask for their order: the sum of their hashes, modulo 2^128.
///
/// Rows are added when they are stored, so that those of an unfinished cell are covered as well.
struct RowSum: Equatable {
    private(set) var value: UInt128 = 0

    init() {}

    /// As a file has it: 32 hexadecimal digits.
    init?(_ text: String) {
        guard text.utf8.count == 32, let value = UInt128(text, radix: 16) else { return nil }
        self.value = value
    }

    var text: String {
        let digits = String(value, radix: 16)
        return String(repeating: "0", count: 32 - digits.count) + digits
    }

    mutating func add(_ bytes: borrowing RowBytes) { value &+= bytes.hash }

    static func + (a: RowSum, b: RowSum) -> RowSum {
        var sum = a
        sum.value &+= b.value
        return sum
    }
}

/// A row as bytes: the name of its table, then each value behind what it is and how long.
struct RowBytes {
    private var bytes: [UInt8] = []

    mutating func begin(_ table: StaticString) {
        bytes.removeAll(keepingCapacity: true)
        table.withUTF8Buffer { bytes.append(contentsOf: $0) }
    }

    /// Adds values of a row that a cursor stands on.
    /// - Parameter first: where in the row the first of the columns is
    mutating func add(_ row: Row, _ columns: [SummedColumn], from first: Int = 0) throws {
        for (i, column) in columns.enumerated() {
            switch column.kind {
            case .text:
                try row.withUnsafeData(atIndex: first + i) { data in
                    guard let data else { return bytes.append(0) }
                    bytes.append(1)
                    add(UInt64(data.count))
                    bytes.append(contentsOf: data)
                }
            case .integer:
                guard let value: Int64 = row[first + i] else { bytes.append(0); continue }
                bytes.append(2)
                add(UInt64(bitPattern: value))
            case .real:
                guard let value: Double = row[first + i] else { bytes.append(0); continue }
                bytes.append(3)
                add(value.bitPattern)
            }
        }
    }

    private mutating func add(_ number: UInt64) {
        withUnsafeBytes(of: number.littleEndian) { bytes.append(contentsOf: $0) }
    }

    var hash: UInt128 {
        var hash = SHA256()
        bytes.withUnsafeBytes { hash.update($0) }
        return hash.finishPrefix()
    }
}
