import ArgumentParser
import Contract
import Files
import Foundation
import Runner

/// How items are asked: worked examples, a system message, other words.
struct AskingOptions: ParsableArguments {
    @Option(help: "Worked examples in front of each context, from other documents.")
    var shots = 0

    @Option(
        help: ArgumentHelp(
            "The data that worked examples are from, written as for --dataset; by default the data itself.",
            valueName: "dataset"))
    var shotsFrom: String?

    @Option(help: ArgumentHelp("What the model is told to be.", valueName: "text"))
    var system: String?

    @Option(
        name: .customLong("prompt-words"),
        help: ArgumentHelp(
            "A JSON file of words in place of a task's: system, before, instruction, request, answer_prefix, with {question} and {choices}; or such objects by task.",
            valueName: "file"))
    var promptWords: PathArgument?

    func asking(tasks: [String], catalogue: Catalogue) throws -> Asking {
        try UsageError.require("--shots", shots, 0...1000)
        guard shotsFrom == nil || shots > 0 else {
            throw UsageError("--shots-from names where worked examples are from; say how many with --shots")
        }
        var asking = Asking()
        asking.shots = shots
        asking.shotData = try shotsFrom.map { try catalogue.dataset(DatasetSource($0)) }
        asking.system = system
        asking.wordings = try promptWords.map { try Self.wordings(in: $0, tasks: tasks) } ?? [:]
        return asking
    }

    /// One object for all tasks, or one a task.
    private static func wordings(in path: PathArgument, tasks: [String]) throws -> [String: Wording] {
        let file = path.path
        guard let data = try RegularFile.read(path.url) else {
            throw UsageError("cannot read the words of prompts from \(file); check the path")
        }
        let decoder = JSONDecoder()
        if let words = try? decoder.decode([String: String].self, from: data) {
            let wording = try Wording(words, of: file)
            return Dictionary(uniqueKeysWithValues: tasks.map { ($0, wording) })
        }
        guard let byTask = try? decoder.decode([String: [String: String]].self, from: data) else {
            throw UsageError(
                "\(file) is not a JSON object of texts, such as {\"instruction\": \"Answer in French.\"}, nor one such object a task"
            )
        }
        return try Dictionary(
            uniqueKeysWithValues: byTask.map { task, words in
                guard tasks.contains(task) else {
                    throw ContractError.unknown(kind: "task in \(file)", name: task, known: tasks)
                }
                return (task, try Wording(words, of: file))
            })
    }
}
