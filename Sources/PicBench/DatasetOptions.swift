import ArgumentParser
import Contract

/// The data, and how it is read.
struct DatasetOptions: ParsableArguments {
    @Option(
        help: "The data, such as gazette:subjects=4,documents=20 or squad=PATH; 'picbench list datasets'.")
    var dataset = "gazette"

    @Option(
        help: ArgumentHelp(
            "Which column is what in data of your own (jsonl, csv): context=passage,question=query,answers=gold.",
            valueName: "name=column,…"))
    var fields: String?

    @Option(
        help: ArgumentHelp("Questions about the texts of text=PATH: JSON lines or CSV.", valueName: "path"))
    var questions: String?

    @Option(
        help: ArgumentHelp(
            "One part of a collection, such as LongBench's multifieldqa_en; by default all of it.",
            valueName: "name"))
    var subset: String?

    @Option(
        help: ArgumentHelp(
            "Contexts of about so many words: neighbouring paragraphs of an article are joined, longer texts without questions cut.",
            valueName: "words"))
    var contextWords: Int?

    @Flag(help: "Leaves out records that cannot be used, however many; without it, up to 1% of them.")
    var skipBadRows = false

    func open() throws -> DocumentStream {
        var source = DatasetSource(dataset)
        guard fields?.split(separator: ",").allSatisfy({ $0.contains("=") }) != false else {
            throw UsageError(
                "--fields says NAME=COLUMN, with commas between them: context=passage,answers=gold")
        }
        source.fields = fields.map(DatasetSource.Option.list) ?? []
        source.questions = questions
        source.skipsUnsound = skipBadRows
        try UsageError.require("--context-words", contextWords, 1...1_000_000_000)
        var stream = try Catalogue.current.dataset(source)
        if let subset { stream = stream.subset(subset) }
        return contextWords.map(stream.contexts(ofWords:)) ?? stream
    }
}
