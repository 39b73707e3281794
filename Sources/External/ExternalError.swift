import Files
import Foundation

/// What can be wrong with a method in another program, in one line.
public enum ExternalError: Error, CustomStringConvertible, LocalizedError {
    case badCommand(String, problem: String)
    case badFile(String, problem: String)
    case cannotStart(String, reason: String)
    case noFolder(reason: String)
    /// - Parameter lastWords: the end of what it wrote to standard error; may be empty
    case failed(method: String, problem: String, lastWords: String)

    public var description: String { text.oneLine }

    private var text: String {
        switch self {
        case .badCommand(let text, let problem): "'\(text)': \(problem)"
        case .badFile(let path, let problem): "\(path) describes no external method: \(problem)"
        case .cannotStart(let command, let reason):
            "cannot start '\(command)': \(reason); check the path and that it may be executed"
        case .noFolder(let reason):
            "cannot make a folder for an external method's files: \(reason); free some space or set TMPDIR"
        case .failed(let method, let problem, let lastWords):
            "\(method) \(problem)" + (lastWords.isEmpty ? "" : "; its last words: \(lastWords)")
        }
    }

    public var errorDescription: String? { description }
}
