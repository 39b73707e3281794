import ArgumentParser
import Files
import Leaderboards
import Results

struct ExportLMEvaluationCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "lm-eval",
        abstract: "The samples as lm-evaluation-harness logs them: a file of JSON lines a cell.",
        discussion: """
                picbench export lm-eval --db results.sqlite -o samples/

            Cells are files of the folder, samples_TASK_METHOD_BUDGET_cellN.jsonl; what else is in it stays.
            """)

    @OptionGroup var store: StoreOptions

    @Option(name: .shortAndLong, help: "The folder of the files.")
    var output: PathArgument

    func run() throws {
        let results = try store.openForReading()
        let snapshot = try results.snapshot(checking: [.pages, .texts])
        try FolderReplacement.write(to: output.url, apartFrom: store.files) { replacement in
            for cell in snapshot.cells where !cell.scores.isEmpty {
                let file = replacement.stage.appendingPathComponent(LMEvaluationSamples.fileName(of: cell))
                try FileReplacement.write(to: file) { file in
                    var number = 0
                    try results.forEachSample(of: cell.id) { sample in
                        try file.write(LMEvaluationSamples.line(sample, of: cell, number: number))
                        number += 1
                    }
                }
            }
        }
        try snapshot.requireSound(of: store.db.path)
    }
}
