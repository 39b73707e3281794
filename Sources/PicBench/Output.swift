import Files
import Foundation

/// Writes what a command found to standard output.
enum Output {
    static let isTerminal = isatty(STDOUT_FILENO) == 1

    static var color: Bool { isTerminal && ProcessInfo.processInfo.environment["NO_COLOR"] == nil }

    static func json(_ value: some Encodable, pretty: Bool = true) throws {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        if pretty { encoder.outputFormatting.insert(.prettyPrinted) }
        encoder.dateEncodingStrategy = .iso8601
        try text(String(decoding: encoder.encode(value), as: UTF8.self) + "\n")
    }

    static func text(_ text: String) throws { try StandardOutput.write(text) }
}
