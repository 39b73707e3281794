import Foundation

/// What can be wrong with a tokenizer's files, in one line.
public enum TokenizerError: Error, CustomStringConvertible, LocalizedError {
    case missing(folder: String, hint: String)
    case malformed(file: String, reason: String)
    case unsupported(file: String, part: String, found: String, supported: String)

    public var description: String {
        switch self {
        case .missing(let folder, let hint):
            "\(folder) has neither tokenizer.json nor vocab.json with merges.txt\(hint)"
        case .malformed(let file, let reason):
            "\(file) is not a sound tokenizer: \(reason.oneLine)"
        case .unsupported(let file, let part, let found, let supported):
            "\(file): the \(part) is \(found.oneLine); supported: \(supported)"
        }
    }

    public var errorDescription: String? { description }
}
