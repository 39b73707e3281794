import ArgumentParser
import Bench
import Foundation
import Tokenizers

struct TokenizeCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "tokenize", abstract: "Turns lines of standard input into token ids, or back.",
        discussion: """
                echo "A line of text" | picbench tokenize --json
                echo "12 7 99" | picbench tokenize --decode
            """)

    @Option(help: "The model: a folder with tokenizer.json, or a name in Models/.")
    var model = ModelLocator.bundled

    @Flag(help: "Lines are token ids, separated by spaces or as JSON arrays; text comes out.")
    var decode = false

    @Flag(help: "Prints a JSON object a line.")
    var json = false

    private struct Line: Codable {
        var ids: [Int32]
        var text: String
    }

    func run() throws {
        let tokenizer = try Tokenizer(folder: ModelLocator.find(model))
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
                Output.text(
                    (decode ? result.text : result.ids.map(String.init).joined(separator: " ")) + "\n")
            }
        }
    }

    private func ids(_ line: String, _ number: Int, _ tokenizer: Tokenizer) throws -> [Int32] {
        try line.split { " ,[]\t".contains($0) }.map { part in
            guard let id = Int32(part), id >= 0, id < tokenizer.vocabularySize else {
                throw UsageError(
                    "line \(number): '\(part)' is not a token id; ids are 0 to \(tokenizer.vocabularySize - 1)"
                )
            }
            return id
        }
    }
}
