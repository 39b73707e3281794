import Contract
import Files
import Foundation

/// A program that compresses, as users write it: on the command line or in a JSON file.
///
/// `external:timeout=10:command=python3 my_method.py --keep head`: the command stands last and is everything behind
/// `command=`. A file holds the same, with the command as a list of words: `{"command": ["python3", "my_method.py"]}`.
public struct ExternalCommand: Sendable {
    /// What users write for it on the command line.
    public static let id = "external"

    /// The program and what it is called with.
    public private(set) var words: [String] = []
    /// Files that decide what it does and are not among its words.
    private(set) var files: [String] = []
    /// Where it runs, and what paths in it begin at.
    let folder: URL
    /// Processes that a cell has.
    private(set) var workers = 1
    /// Seconds that a context may take.
    private(set) var timeout = 60.0
    /// Seconds until it has said what it is, and until it is ready.
    private(set) var startup = 300.0

    /// The command that a text describes; nil where it describes none.
    /// - Throws: `ExternalError`, `FileError`
    public init?(describedBy text: String) throws {
        if text.hasSuffix(Self.fileSuffix) {
            try self.init(file: URL(fileURLWithPath: text))
        } else if text == Self.id || text.hasPrefix(Self.id + ":") {
            try self.init(written: text)
        } else {
            return nil
        }
    }

    /// Whether a text begins a command, which then goes on to its end.
    public static func isWritten(_ text: String) -> Bool { text.hasPrefix(id + ":") }

    /// Whether a text names a file of a method, or looks as if.
    public static func isFile(_ text: String) -> Bool { text.hasSuffix(fileSuffix) }

    private static let fileSuffix = ".json"

    /// Descriptions with commas between them. Within a command a comma that is quoted parts nothing.
    public static func list(_ text: String) -> [String] {
        var rest = text[...]
        var result: [String] = []
        while true {
            let plain = rest.prefix { $0 != "," }
            let isCommand = plain.contains(id + ":")
            let part = isCommand ? QuoteReader.prefix(of: rest, upTo: ",") : plain
            result.append(part.trimmingCharacters(in: .whitespaces))
            guard part.endIndex < rest.endIndex else { return result.filter { !$0.isEmpty } }
            rest = rest[rest.index(after: part.endIndex)...]
        }
    }

    // MARK: - On the command line

    private init(written text: String) throws {
        folder = URL(fileURLWithPath: FileManager.default.currentDirectoryPath)
        func bad(_ problem: String) -> ExternalError { .badCommand(text, problem: problem) }
        var rest = text.dropFirst(Self.id.count + 1)
        while !rest.hasPrefix("command=") {
            let part = rest.prefix { $0 != ":" }
            let sides = part.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
            let name = String(sides.first ?? "")
            guard part.endIndex < rest.endIndex else {
                throw bad("it has no command; write 'external:command=python3 my_method.py'")
            }
            guard Self.numbers[name] != nil else { throw bad(Self.unknown(name)) }
            guard sides.count == 2, let number = Double(sides[1]) else {
                throw bad("'\(part)' is no number; write '\(name)=10'")
            }
            try set(name, number, bad)
            rest = rest[rest.index(after: part.endIndex)...]
        }
        guard let words = QuoteReader.words(of: String(rest.dropFirst("command=".count))) else {
            throw bad("a quote is not closed; write \\' for an apostrophe")
        }
        self.words = words
        try check(bad)
    }

    /// What may be set, and the values.
    private static let numbers: [String: ClosedRange<Double>] = [
        "workers": 1...256, "timeout": 0.01...86_400, "startup": 0.01...86_400,
    ]

    private static func unknown(_ name: String) -> String {
        let known = numbers.keys.sorted() + ["command"]
        return "it cannot take '\(name)'\(name.suggestion(of: known)); it takes "
            + "\(known.joined(separator: ", ")), the command last"
    }

    private mutating func set(
        _ name: String, _ number: Double, _ bad: (String) -> ExternalError
    ) throws {
        guard let range = Self.numbers[name], range.contains(number) else {
            let range = Self.numbers[name] ?? 1...1
            throw bad("\(name) is \(number), expected \(range.lowerBound) to \(range.upperBound)")
        }
        switch name {
        case "timeout": timeout = number
        case "startup": startup = number
        case _:
            guard let whole = Int(exactly: number) else {
                throw bad("\(name) is \(number), expected a whole number")
            }
            workers = whole
        }
    }

    private func check(_ bad: (String) -> ExternalError) throws {
        guard let program = words.first, !program.isEmpty else {
            throw bad("its command is empty; name a program, such as python3 my_method.py")
        }
        guard (words + files).allSatisfy({ !$0.utf8.contains(0) }) else {
            throw bad("a word of its command holds the character U+0000, which no program can be given")
        }
    }

    // MARK: - In a file

    private init(file: URL) throws {
        // What it names lies beside it, from wherever it is used.
        folder = file.absoluteURL.deletingLastPathComponent()
        func bad(_ problem: String) -> ExternalError { .badFile(file.path, problem: problem) }
        let text = try RegularFile.text(of: file)
        guard case .object(let members) = JSONValue(json: text) else {
            throw bad("it is no JSON object; write {\"command\": [\"python3\", \"my_method.py\"]}")
        }
        func texts(_ name: String) throws -> [String] {
            guard case .list(let values) = members[name] ?? .list([]) else {
                throw bad("'\(name)' is no list of texts")
            }
            return try values.map { value in
                guard case .text(let text) = value else { throw bad("'\(name)' holds what is no text") }
                return text
            }
        }
        words = try texts("command")
        files = try texts("files")
        for (name, value) in members.sorted(by: { $0.key < $1.key })
        where name != "command" && name != "files" {
            guard Self.numbers[name] != nil else { throw bad(Self.unknown(name)) }
            switch value {
            case .whole(let whole): try set(name, Double(whole), bad)
            case .number(let number): try set(name, number, bad)
            case .null, .flag, .text, .list, .object: throw bad("'\(name)' is no number")
            }
        }
        try check(bad)
    }
}
