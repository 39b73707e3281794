import ArgumentParser
import Contract
import Files
import Foundation
import Leaderboards
import Metrics

struct ScoreCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "score", abstract: "Scores predictions from a file against references.",
        discussion: """
            Both files are JSON lines. A line is a string, or an object with the field
            "prediction" or "references"; a reference line may be an array of strings, of
            which the best counts. Scores lie between 0 and 1; bleu is of sentences.

                picbench score --metrics em,f1 --predictions p.jsonl --references r.jsonl --json
            """)

    @Option(
        help:
            "Metrics with commas: em, f1, precision, recall, contains, rouge1, rouge2, rougeL, rougeLsum, bleu, final_answer."
    )
    var metrics: NameList

    @Option(help: ArgumentHelp("A prediction a line.", valueName: "file"))
    var predictions: PathArgument

    @Option(help: ArgumentHelp("The references of a prediction a line.", valueName: "file"))
    var references: PathArgument

    @Flag(help: "Prints JSON, with the scores of every line.")
    var json = false

    private struct Result: Encodable {
        let count: Int
        let means: [String: Double]
        let lines: [[String: Double]]
    }

    func run() throws {
        let metrics = try metrics.values.map { id in
            guard let metric = Metric.ofTexts.first(where: { $0.id == id }) else {
                throw ContractError.unknown(kind: "metric", name: id, known: Metric.ofTexts.map(\.id))
            }
            return metric
        }
        let predictions = try lines(of: predictions, "prediction").map { $0[0] }
        let references = try lines(of: references, "references")
        guard predictions.count == references.count else {
            throw UsageError(
                "\(self.predictions) has \(predictions.count) lines, \(self.references) has \(references.count); "
                    + "each prediction needs its references on the same line")
        }
        guard !predictions.isEmpty else { throw UsageError("\(self.predictions) has no lines") }
        let lines = zip(predictions, references).map { prediction, references in
            Dictionary(
                uniqueKeysWithValues: metrics.map {
                    ($0.id, $0.score(Answer(output: prediction, references: references)) ?? 0)
                })
        }
        let means = Dictionary(
            uniqueKeysWithValues: metrics.map { metric in
                (metric.id, lines.reduce(0) { $0 + ($1[metric.id] ?? 0) } / Double(lines.count))
            })
        if json { return try Output.json(Result(count: lines.count, means: means, lines: lines)) }
        let table = TextTable(
            ["metric"], numbers: ["mean"],
            rows: metrics.map { [$0.name, String(format: "%.6f", means[$0.id] ?? 0)] })
        try Output.text(table.plain())
    }

    /// The texts of each line: one for predictions, one or several for references.
    private func lines(of path: PathArgument, _ field: String) throws -> [[String]] {
        let content = try RegularFile.text(of: path.url)
        var result: [[String]] = []
        var number = 0
        for line in content.split(separator: "\n", omittingEmptySubsequences: false) {
            number += 1
            if line.allSatisfy(\.isWhitespace) { continue }
            let value = try? JSONSerialization.jsonObject(with: Data(line.utf8), options: .fragmentsAllowed)
            switch (value as? [String: Any])?[field] ?? value {
            case let text as String: result.append([text])
            case let texts as [String] where field == "references" && !texts.isEmpty: result.append(texts)
            case .some, .none:
                throw UsageError(
                    "\(path), line \(number): expected a JSON string"
                        + (field == "references" ? ", an array of strings" : "")
                        + " or an object with the field \"\(field)\"")
            }
        }
        return result
    }
}
