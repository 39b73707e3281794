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
        }
    }

    public var errorDescription: String? { description }

    /// What SQLite says, with what to do about it.
    init(_ error: DatabaseError, path: String) {
        switch error.resultCode {
        case .SQLITE_NOTADB, .SQLITE_CORRUPT:
            self = .database(
                path: path, reason: "it is damaged or no SQLite file; restore it or use another --db")
        case .SQLITE_READONLY, .SQLITE_PERM:
            self = .database(path: path, reason: "it cannot be written; make it writable or use another --db")
        case .SQLITE_CANTOPEN:
            self = .database(
                path: path, reason: "it cannot be opened; check that the folder exists and is writable")
        case .SQLITE_FULL:
            self = .database(
                path: path, reason: "the disk is full; free some space and run again, what is stored is safe")
        case .SQLITE_BUSY, .SQLITE_LOCKED:
            self = .database(
                path: path, reason: "another process is writing to it; wait for it or use another --db")
        case .SQLITE_IOERR:
            self = .database(path: path, reason: "the disk failed (\(error.message ?? "input/output error"))")
        default:
            self = .database(path: path, reason: error.message ?? "\(error.resultCode)")
        }
    }
}
