import ArgumentParser
import Bench
import Foundation

/// The results file.
struct StoreOptions: ParsableArguments {
    @Option(help: ArgumentHelp("The results file, an SQLite database.", valueName: "path"))
    var db = "results.sqlite"
}

/// How much of the machine is used.
struct MachineOptions: ParsableArguments {
    @Option(help: "Threads; by default one a core.")
    var threads: Int?

    func apply() throws { try Machine.use(threads: threads) }
}

/// Ratios with commas between them: `4,16,64`.
struct RatioList: ExpressibleByArgument {
    let values: [Ratio]

    init?(argument: String) {
        let parts = argument.split(separator: ",", omittingEmptySubsequences: false)
        let ratios = parts.compactMap { Double($0.trimmingCharacters(in: .whitespaces)).flatMap(Ratio.init) }
        guard ratios.count == parts.count, !ratios.isEmpty else { return nil }
        var seen: Set<Ratio> = []
        values = ratios.filter { seen.insert($0).inserted }
    }

    init(_ values: [Double]) { self.values = values.compactMap(Ratio.init) }

    var defaultValueDescription: String { values.map(\.description).joined(separator: ",") }

    /// Reads an option's text; a ratio that is none is named.
    static func parse(_ text: String) throws -> RatioList {
        guard let list = RatioList(argument: text) else {
            let parts = text.split(separator: ",", omittingEmptySubsequences: false).map(String.init)
            let wrong = parts.first { RatioList(argument: $0) == nil } ?? text
            throw UsageError("\(BenchError.badRatio(wrong))")
        }
        return list
    }
}

/// Names with commas between them: `pic,icae`.
struct NameList: ExpressibleByArgument {
    let values: [String]

    init?(argument: String) {
        var seen: Set<String> = []
        values = argument.split(separator: ",").map { $0.trimmingCharacters(in: .whitespaces) }
            .filter { !$0.isEmpty && seen.insert($0).inserted }
        if values.isEmpty { return nil }
    }

    var defaultValueDescription: String { values.joined(separator: ",") }
}

/// Writes what a command found to standard output.
enum Output {
    static let isTerminal = isatty(FileHandle.standardOutput.fileDescriptor) == 1

    static var color: Bool { isTerminal && ProcessInfo.processInfo.environment["NO_COLOR"] == nil }

    static func json(_ value: some Encodable, pretty: Bool = true) throws {
        let encoder = JSONEncoder()
        encoder.outputFormatting =
            pretty
            ? [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes] : [.sortedKeys, .withoutEscapingSlashes]
        encoder.dateEncodingStrategy = .iso8601
        text(String(decoding: try encoder.encode(value), as: UTF8.self) + "\n")
    }

    static func text(_ text: String) {
        try? FileHandle.standardOutput.write(contentsOf: Data(text.utf8))
    }
}
