import ArgumentParser
import Files
import Foundation
import Results

struct MergeCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "merge", abstract: "Unites results files of several machines or people.",
        discussion: """
            Cells with the same fingerprint are the same experiment and are kept once; runs and
            hosts stay with their samples. Where two files disagree about a prediction, the
            first file's is kept and the cell is named. What does not verify, such as a cell
            whose rows do not have its checksum, is left out and named, and the status is 1:
            'picbench merge damaged.sqlite -o new.sqlite' saves what can be saved.

                picbench merge a.sqlite b.sqlite -o all.sqlite
            """)

    @Argument(help: "The results files to unite.")
    var sources: [PathArgument]

    @Option(name: .shortAndLong, help: "The file to write; one that exists is added to.")
    var output: PathArgument

    @Flag(help: "Prints JSON.")
    var json = false

    func run() throws {
        let read = sources.flatMap { ResultStore.files(of: $0.path) }
        let written = ResultStore.files(of: output.path)
        try FileIdentity.requireApart(written, from: read)
        try StandardStreams.requireApart(from: read + written)
        let files = try sources.map { try ResultStore(path: $0.path, readOnly: true) }
        let all = try ResultStore(path: output.path)
        var total = MergeReport()
        for file in files {
            let report = try all.merge(file)
            total.cells += report.cells
            total.samples += report.samples
            total.conflicts += report.conflicts
            total.leftOut += report.leftOut
        }
        if json { try Output.json(total) } else { try show(total) }
        if !total.leftOut.isEmpty { throw ExitCode.failure }
    }

    private func show(_ total: MergeReport) throws {
        try Output.text("\(total.cells) cells and \(total.samples) samples added to \(output)\n")
        for conflict in total.conflicts {
            try Output.text(
                "conflict: \(conflict.cell): \(conflict.examples) predictions differ; the first file's are kept\n"
            )
        }
        for left in total.leftOut {
            try Output.text("left out: \(left.what) of \(left.file): \(left.reason)\n")
        }
    }
}
