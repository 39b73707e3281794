import Files
import Foundation

/// Why one exchange with a server came to nothing.
enum HTTPFailure: Error {
    /// There was no answer, or not the whole of it.
    case connection(String)
    /// It answered with an error.
    case status(Int, words: String, retryAfter: Double?)
    /// It answered with something that is no answer.
    case nonsense(String)

    var words: String {
        switch self {
        case .connection(let words): words
        case .status(let code, let words, _): words.isEmpty ? "status \(code)" : "status \(code): \(words)"
        case .nonsense(let words): words
        }
    }

    /// Whether the same request may go through later.
    var mayPass: Bool {
        switch self {
        case .connection, .nonsense: true
        case .status(let code, _, _): code == 408 || code == 429 || (500...599).contains(code) && code != 501
        }
    }

    /// How long the server asks to be left alone, in seconds.
    var retryAfter: Double? {
        if case .status(_, _, let seconds) = self { seconds } else { nil }
    }

    /// Whether no other request would be answered either: the key is wrong, or there is no such model.
    var isForAll: Bool {
        if case .status(let code, _, _) = self { [401, 403, 404].contains(code) } else { false }
    }
}

/// What is wrong with a server, in one line.
enum ServerError: Error, CustomStringConvertible, LocalizedError {
    /// For a prompt: its cell fails.
    case refused(server: String, words: String)
    /// Nobody says which model is meant.
    case unnamed(server: String, known: [String])

    var description: String {
        switch self {
        case .refused(let server, let words): "\(server) did not answer a prompt: \(words)".oneLine
        case .unnamed(let server, []): "\(server) lists no models; name one with --model-name".oneLine
        case .unnamed(let server, let known):
            "\(server) has \(known.count) models; name one with --model-name: \(known.joined(separator: ", "))"
                .oneLine
        }
    }

    var errorDescription: String? { description }
}
