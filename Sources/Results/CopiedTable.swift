import GRDB

/// Rows of a table that are copied from one results file to another, value by value.
struct CopiedTable {
    let name: String
    let columns: [SummedColumn]

    /// - Parameter excluded: columns that mean rows of the one file alone
    init(_ name: String, without excluded: Set<String> = [], in db: Database) throws {
        self.name = name
        columns = try db.columns(in: name).filter { !excluded.contains($0.name) }.map { column in
            let kind: SummedColumn.Kind =
                switch column.type {
                case "REAL": .real
                case "INTEGER", "BOOLEAN": .integer
                default: .text
                }
            return SummedColumn(name: column.name, kind: kind)
        }
    }

    typealias Value = (any DatabaseValueConvertible)?

    /// The values of a row that a cursor stands on; they are its first.
    func values(_ row: Row) throws -> [Value] {
        try columns.enumerated().map { i, column in
            switch column.kind {
            case .text: try row.wholeText(i)?.wholeArgument
            case .integer: row[i] as Int64?
            case .real: row[i] as Double?
            }
        }
    }

    /// Inserts a row.
    /// - Parameters:
    ///   - others: values of the other columns
    ///   - isKnown: whether one that is there already is left as it is
    func insert(
        _ values: [Value], with others: KeyValuePairs<String, Value> = [:], unlessKnown isKnown: Bool = false,
        into db: Database
    ) throws {
        let names = others.map(\.key) + columns.map { "\"\($0.name)\"" }
        let places = others.map { _ in "?" } + columns.map { $0.kind == .text ? "CAST(? AS TEXT)" : "?" }
        try db.cachedStatement(
            sql: """
                INSERT \(isKnown ? "OR IGNORE " : "")INTO \(name) (\(names.joined(separator: ", ")))
                VALUES (\(places.joined(separator: ", ")))
                """
        ).execute(arguments: StatementArguments(others.map(\.value) + values))
    }
}
