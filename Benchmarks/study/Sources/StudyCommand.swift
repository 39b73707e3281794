import ArgumentParser
import Files
import Foundation
import Results

@main
struct StudyCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "picbench-study", abstract: "The study of PIC against ICAE, from its parts.",
        subcommands: [Fill.self, Gather.self], defaultSubcommand: Fill.self)
}

struct Fill: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Fills the tables of the study's document.",
        discussion: """
                picbench-study fill Docs/study-pic.md

            The document's prose stays; what stands between '<!-- study: … -->' and '<!-- end -->'
            is worked out anew from the parts.
            """)

    @Argument(help: "The document, which is rewritten.")
    var document: String

    @Option(help: ArgumentHelp("The folder with the study's parts.", valueName: "path"))
    var parts = "Benchmarks/study/parts"

    func run() throws {
        let url = URL(fileURLWithPath: document)
        guard let data = try RegularFile.read(url), let text = String(data: data, encoding: .utf8) else {
            throw StudyError.unreadable(file: document)
        }
        try FileReplacement.write(Data(try Study(StudyPart.all(in: parts)).filled(text).utf8), to: url)
    }
}

struct Gather: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Adds up a results file to a part of the study.",
        discussion: """
                picbench-study gather --db pic-s1.sqlite --arm pic -o Benchmarks/study/parts/pic-s1.json

            Of a results file with a training, what was trained is taken; of others, what needs none.
            """)

    @Option(help: ArgumentHelp("The results file, an SQLite database.", valueName: "path"))
    var db: String

    @Option(help: "The name under which the study's tables find what was trained.")
    var arm = ""

    @Option(name: .shortAndLong, help: ArgumentHelp("The part, a JSON file.", valueName: "path"))
    var output: String

    func run() throws {
        try FileIdentity.requireApart([URL(fileURLWithPath: output)], from: ResultStore.files(of: db))
        try StudyPart(ResultStore(path: db, readOnly: true), arm: arm).write(to: output)
    }
}
