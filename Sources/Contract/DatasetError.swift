import Foundation

/// What can be wrong with a dataset, in one line: the file, the place in it, what to do.
public enum DatasetError: Error, CustomStringConvertible, LocalizedError {
    case unreadable(file: String)
    case malformed(file: String, at: String, found: String, expected: String)
    case badOption(dataset: String, option: String, expected: String)
    case unknownFormat(String, known: [String])
    case empty(file: String)
    case damaged(file: String, reason: String)
    case unsound(file: String, records: Int, of: Int, first: String)
    case looksLike(file: String, formats: [(name: String, dataset: String)], problem: String?)
    case notText(file: String)
    case unknownKind(file: String, known: [String])

    public var description: String {
        switch self {
        case .unreadable(let file):
            "cannot read the dataset \(file); check the path"
        case .malformed(let file, let at, let found, let expected):
            "\(file): \(at) is \(found), expected \(expected); mend that row or leave it out"
        case .badOption(let dataset, let option, let expected):
            "the dataset \(dataset) cannot take '\(option)'; expected \(expected)"
        case .unknownFormat(let name, let known):
            "'\(name)' is no file and begins with no data format"
                + String(name.prefix { $0 != "=" && $0 != ":" }).suggestion(of: known)
                + "; known: \(known.joined(separator: ", ")); "
                + "'picbench list datasets' shows how to name one"
        case .empty(let file):
            "\(file) holds no records; check the path"
        case .damaged(let file, let reason):
            "cannot read the dataset \(file): \(reason); download or write it again"
        case .unsound(let file, let records, let all, let first):
            "\(file): \(records) of \(all) records cannot be used, the first: \(first); mend them, or leave them "
                + "out with --skip-bad-rows"
        case .looksLike(let file, let formats, let problem):
            "\(file) looks like \(formats.map { "\($0.name): \($0.dataset)" }.joined(separator: ", or "))"
                + (problem.map { " (\($0))" } ?? "")
        case .notText(let file):
            "\(file) is neither text in UTF-8 nor gzip; data are read as JSON, CSV or plain text, so save it as one of them"
        case .unknownKind(let file, let known):
            "\(file) looks like no data format; known: \(known.joined(separator: ", ")); 'picbench list datasets' "
                + "shows how to name one"
        }
    }

    public var errorDescription: String? { description }
}
