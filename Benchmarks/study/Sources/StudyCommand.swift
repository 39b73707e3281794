import ArgumentParser
import Files
import Foundation
import Results

@main
struct StudyCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "picbench-study", abstract: "Fills the tables of the study of PIC against ICAE.",
        discussion: """
                picbench-study Docs/study-pic.md --db Benchmarks/study/study.sqlite.gz

            The document's prose stays; what stands between '<!-- study: … -->' and '<!-- end -->'
            is worked out anew from the results.
            """)

    @Argument(help: "The document, which is rewritten.")
    var document: String

    @Option(help: ArgumentHelp("The results file, an SQLite database.", valueName: "path"))
    var db = "Benchmarks/study/study.sqlite.gz"

    func run() throws {
        let url = URL(fileURLWithPath: document)
        guard let data = try RegularFile.read(url), let text = String(data: data, encoding: .utf8) else {
            throw StudyError.unreadable(document: document)
        }
        try FileIdentity.requireApart([url], from: ResultStore.files(of: db))
        let filled = try Study(ResultStore(path: db, readOnly: true)).filled(text)
        try FileReplacement.write(Data(filled.utf8), to: url)
    }
}
