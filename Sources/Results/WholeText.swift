import Foundation
import GRDB

// Texts go into a file and come out of it with every byte, zero among them: identifiers that differ behind a zero
// byte are two, and what a model wrote is stored as it wrote it.

extension String {
    /// The text as an argument of `CAST(? AS TEXT)`: bound as a text, it would end at its first zero byte.
    var wholeArgument: DatabaseValue {
        utf8.contains(0) ? Data(utf8).databaseValue : databaseValue
    }
}

extension Row {
    /// A text of a row that a cursor stands on, with every byte; nil for NULL.
    func wholeText(_ index: Int) throws -> String? {
        try withUnsafeData(atIndex: index) { $0.map { String(decoding: $0, as: UTF8.self) } }
    }

    /// A text of a row that a cursor stands on, with every byte; nil for NULL.
    func wholeText(_ column: String) throws -> String? {
        try withUnsafeData(named: column) { $0.map { String(decoding: $0, as: UTF8.self) } }
    }
}

extension PersistableRecord {
    /// Refuses a record with a zero byte in a text, which SQLite would cut there.
    func requireNoZeroBytes() throws {
        for (column, value) in try databaseDictionary {
            if case .string(let text) = value.storage, text.utf8.contains(0) {
                throw ResultsError.zeroByte(table: Self.databaseTableName, column: column)
            }
        }
    }
}
