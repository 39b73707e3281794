import Foundation

/// What can be wrong with reading or writing a file, in one line: where, what was found, what to do.
public enum FileError: Error, CustomStringConvertible, LocalizedError, Equatable {
    case unreadable(path: String, reason: String)
    case unwritable(path: String, reason: String)
    case wrongKind(path: String, found: FileKind, expected: FileKind)
    case missingFolder(path: String, folder: String)
    case busy(path: String)
    case isInput(path: String)
    /// What would be replaced is of another kind than what is written.
    case notOurs(path: String)
    case outputIsInput(path: String)
    case outputLost(reason: String)
    /// Whoever read the output has ended: no fault of anybody, and no line.
    case outputClosed

    public var description: String { text.oneLine }

    private var text: String {
        switch self {
        case .unreadable(let path, let reason):
            "cannot read \(path): \(reason); check the path"
        case .unwritable(let path, let reason):
            "cannot write \(path): \(reason); free some space or choose another place"
        case .wrongKind(let path, let found, let expected):
            "\(path) is \(found.name), not \(expected.name); name \(expected.name)"
        case .missingFolder(let path, let folder):
            "cannot write \(path): there is no folder \(folder); make it with 'mkdir -p \(folder)' "
                + "or choose another place"
        case .busy(let path):
            "another process is writing \(path); wait for it and try again"
        case .isInput(let path):
            "writing \(path) would destroy what is read; choose another place to write to"
        case .notOurs(let path):
            "\(path) is there and was written by something else; choose another place, or move it away"
        case .outputIsInput(let path):
            "standard output or standard error goes into \(path), which it would damage; send it elsewhere"
        case .outputLost(let reason):
            "standard output cannot be written: \(reason); what was to be shown is lost"
        case .outputClosed:
            "whoever read the output has ended"
        }
    }

    public var errorDescription: String? { description }

    /// What the system said of the last call that failed.
    static var systemReason: String { String(cString: strerror(errno)) }
}
