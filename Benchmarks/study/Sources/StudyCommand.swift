import ArgumentParser
import Foundation
import Results

@main
struct StudyCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "picbench-study", abstract: "Fills the tables of the study of PIC against ICAE.",
        discussion: """
                picbench-study Docs/study-pic.md --db Benchmarks/study/study.sqlite

            The document's prose stays; what stands between '<!-- study: … -->' and '<!-- end -->'
            is worked out anew from the results.
            """)

    @Argument(help: "The document, which is rewritten.")
    var document: String

    @Option(help: ArgumentHelp("The results file, an SQLite database.", valueName: "path"))
    var db = "Benchmarks/study/study.sqlite"

    func run() throws {
        let url = URL(fileURLWithPath: document)
        guard let text = try? String(contentsOf: url, encoding: .utf8) else {
            throw StudyError.unreadable(document: document)
        }
        let filled = try Study(ResultStore(path: db, readOnly: true)).filled(text)
        do {
            try filled.write(to: url, atomically: true, encoding: .utf8)
        } catch {
            throw StudyError.unwritable(document: document, reason: error.localizedDescription)
        }
    }
}
