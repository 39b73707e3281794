import ArgumentParser
import Foundation
import Tokenizers

struct TokenizeCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "tokenize", abstract: "Turns lines of standard input into token ids, or back.",
        discussion: """
                echo "A line of text" | picbench tokenize --json
                echo "12 7 99" | picbench tokenize --decode
            """)

    @Option(help: "The model: a folder with tokenizer.json, a GGUF file, or a name in Models/.")
    var model = ModelLocator.bundled

    @Flag(help: "Lines are token ids, separated by spaces or as JSON; text comes out.")
    var decode = false

    @Flag(help: "Prints a JSON object a line.")
    var json = false

    private struct Line: Codable {
        var ids: [Int32]
        var text: String
    }

    func run() throws {
        let tokenizer = try Tokenizer(model: ModelLocator.find(model))
        var number = 0
        while let line = readLine() {
            number += 1
            var result = Line(ids: [], text: line)
            if decode {
                result.ids = try ids(line, number, tokenizer)
                result.text = tokenizer.decode(result.ids)
            } else {
                result.ids = tokenizer.encode(line)
            }
            if json {
                try Output.json(result, pretty: false)
            } else {
                try Output.text(
                    (decode ? result.text : result.ids.map(String.init).joined(separator: " ")) + "\n")
            }
        }
    }

    /// Numbers between spaces, a JSON array, or an object with `ids` as this command prints it.
    private func ids(_ line: String, _ number: Int, _ tokenizer: Tokenizer) throws -> [Int32] {
        var parts = line.split { " ,\t".contains($0) }.map(String.init)
        if let first = line.first(where: { !$0.isWhitespace }), "[{".contains(first) {
            let value = try? JSONSerialization.jsonObject(with: Data(line.utf8))
            guard let array = (value as? [String: Any])?["ids"] as? [Int] ?? value as? [Int] else {
                throw UsageError(
                    "line \(number): expected a JSON array of token ids, or an object with 'ids'")
            }
            parts = array.map(String.init)
        }
        return try parts.map { part in
            guard let id = Int32(part), id >= 0, id < tokenizer.vocabularySize else {
                throw UsageError(
                    "line \(number): '\(part)' is not a token id; ids are 0 to \(tokenizer.vocabularySize - 1)"
                )
            }
            return id
        }
    }
}
