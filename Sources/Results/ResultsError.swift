import Foundation
import GRDB

/// What can be wrong with a results file, in one line.
public enum ResultsError: Error, CustomStringConvertible, LocalizedError, Equatable {
    case missing(path: String)
    case keepsNothing(path: String)
    case notResults(path: String)
    case newerSchema(path: String, unknown: [String])
    case database(path: String, reason: String)
    case incomplete(cell: String, scored: Int, expected: Int)
    case readOnly(path: String)
    /// Figures were made of what verifies.
    case doubtful(path: String, damage: String?, cells: [Doubt])
    /// Another run has the cell, or it changed under this one's hands.
    case claimLost(cell: String)
    case alreadyScored(cell: String, example: String)
    case zeroByte(table: String, column: String)
    case sameFile(path: String)

    public var description: String {
        switch self {
        case .missing(let path):
            "there are no results at \(path); make some with 'picbench run', or name another file with --db"
        case .keepsNothing(let path):
            "'\(path)' is no file, nothing would be kept; name a file with --db"
        case .notResults(let path):
            "\(path) is not a picbench results file; name another file with --db"
        case .newerSchema(let path, let unknown):
            "\(path) was written by a newer picbench (it has \(unknown.joined(separator: ", "))); "
                + "update picbench, or name another file with --db"
        case .database(let path, let reason):
            "\(path): \(reason)"
        case .incomplete(let cell, let scored, let expected):
            "\(cell) has \(scored) of \(expected) examples; it cannot be finished"
        case .readOnly(let path):
            "\(path) was opened to be read; it cannot be written"
        case .doubtful(let path, let damage, let cells):
            Self.text(path, damage, cells)
        case .claimLost(let cell):
            "\(cell) is scored by another run; wait for it, or for its lease to end"
        case .alreadyScored(let cell, let example):
            "\(cell) has the example '\(example)' already; an example is scored once"
        case .zeroByte(let table, let column):
            "the column \(column) of \(table) cannot hold a text with a zero byte; write it without"
        case .sameFile(let path):
            "\(path) cannot be merged into itself; name another file"
        }
    }

    private static func text(_ path: String, _ damage: String?, _ cells: [Doubt]) -> String {
        let shown = 8
        let left =
            cells.isEmpty
            ? []
            : [
                "left out as doubtful: "
                    + cells.prefix(shown).map(\.description).joined(separator: "; ")
                    + (cells.count > shown ? "; and \(cells.count - shown) more" : "")
            ]
        let parts = damage.map { ["it is damaged (\($0))"] } ?? []
        return "\(path): " + (parts + left).joined(separator: ", ")
            + "; restore it, or keep what verifies with 'picbench merge \(path) -o new.sqlite'"
            + (damage == nil ? ", or score it again with 'picbench run --force'" : "")
    }

    public var errorDescription: String? { description }

    /// What went wrong with a file, in one line; errors that are not the file's stay as they are.
    static func explaining(_ error: any Error, path: String) -> any Error {
        switch error {
        case let error as DatabaseError: ResultsError(error, path: path)
        case let fault as CellFault:
            database(path: path, reason: "\(fault.reason); restore it or use another --db")
        case is RowDecodingError, is DecodingError:
            database(
                path: path, reason: "a row is not as a results file has it; restore it or use another --db")
        default: error
        }
    }

    /// What SQLite says, with what to do about it.
    private init(_ error: DatabaseError, path: String) {
        let detail = error.message.map { " (\($0))" } ?? ""
        self = .database(path: path, reason: Self.reason(error.resultCode, detail))
    }

    /// - Parameter detail: what SQLite adds
    static func reason(_ code: ResultCode, _ detail: String) -> String {
        switch code {
        case .SQLITE_NOTADB, .SQLITE_CORRUPT:
            "it is damaged or no SQLite file; restore it or use another --db, "
                + "'picbench merge' keeps the cells that verify"
        case .SQLITE_READONLY, .SQLITE_PERM:
            "it cannot be written; make it writable or use another --db"
        case .SQLITE_CANTOPEN:
            "it cannot be opened; check that the folder exists and is writable"
        case .SQLITE_FULL:
            "the disk is full; free some space and run again, what is stored is safe"
        case .SQLITE_BUSY, .SQLITE_LOCKED:
            "another process is writing to it; wait for it or use another --db"
        case .SQLITE_IOERR: "the disk failed\(detail)"
        case .SQLITE_CONSTRAINT:
            "a row breaks the file's rules\(detail); nothing of it was stored"
        case .SQLITE_ERROR:
            "its tables are not those of a results file\(detail); restore it or use another --db"
        case .SQLITE_TOOBIG: "a text is too long for SQLite\(detail); shorten it"
        case .SQLITE_NOMEM: "there is too little memory to read it; free some"
        default: "SQLite refuses it\(detail); restore it or use another --db"
        }
    }
}
