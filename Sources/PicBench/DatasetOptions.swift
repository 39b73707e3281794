import ArgumentParser
import Contract

/// How records become documents.
struct RecordOptions: ParsableArguments {
    @Option(
        help: ArgumentHelp(
            "Which column is what in data of your own (jsonl, csv): context=passage,question=query,answers=gold.",
            valueName: "name=column,…"))
    var fields: String?

    @Flag(help: "Leaves out records that cannot be used, however many; without it, up to 1% of them.")
    var skipBadRows = false

    /// - Parameter text: as users write it, `squad=dev-v1.1.json`
    func source(_ text: String) throws -> DatasetSource {
        var source = DatasetSource(text)
        guard fields?.split(separator: ",").allSatisfy({ $0.contains("=") }) != false else {
            throw UsageError(
                "--fields says NAME=COLUMN, with commas between them: context=passage,answers=gold")
        }
        source.fields = fields.map(DatasetSource.Option.list) ?? []
        source.skipsUnsound = skipBadRows
        return source
    }

    /// - Parameter option: what it is called, for errors
    static func fold(_ text: String, _ option: String) throws -> Fold {
        guard let fold = Fold(text) else {
            throw UsageError(
                "\(option) \(text) is no fold; write 1/5 for the first fifth of the documents' groups")
        }
        return fold
    }
}

/// The data, and how it is read.
struct DatasetOptions: ParsableArguments {
    @Option(
        help: "The data, such as gazette:subjects=4,documents=20 or squad=PATH; 'picbench list datasets'.")
    var dataset = "gazette"

    @OptionGroup var records: RecordOptions

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

    @Option(
        help: ArgumentHelp(
            "One fold of the documents alone, such as the one that a training held out.", valueName: "n/of"))
    var heldOut: String?

    func open() throws -> DocumentStream {
        var source = try records.source(dataset)
        source.questions = questions
        try UsageError.require("--context-words", contextWords, 1...1_000_000_000)
        let fold = try heldOut.map { try RecordOptions.fold($0, "--held-out") }
        var stream = try Catalogue.current.dataset(source)
        if let subset { stream = stream.subset(subset) }
        if let fold { stream = stream.heldOut(fold) }
        return contextWords.map(stream.contexts(ofWords:)) ?? stream
    }
}
