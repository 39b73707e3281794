import Foundation

/// What can be wrong with a dataset, in one line: the file, the place in it, what to do.
public enum DatasetError: Error, CustomStringConvertible, LocalizedError {
    case unreadable(file: String)
    case malformed(file: String, at: String, found: String, expected: String)
    case badOption(dataset: String, option: String, expected: String)
    case unknownFormat(String, known: [String])

    public var description: String {
        switch self {
        case .unreadable(let file):
            "cannot read the dataset \(file); check the path"
        case .malformed(let file, let at, let found, let expected):
            "\(file): \(at) is \(found), expected \(expected); mend that row or leave it out"
        case .badOption(let dataset, let option, let expected):
            "the dataset \(dataset) cannot take '\(option)'; expected \(expected)"
        case .unknownFormat(let name, let known):
            "unknown dataset '\(name)'; known: \(known.joined(separator: ", "))"
        }
    }

    public var errorDescription: String? { description }
}
