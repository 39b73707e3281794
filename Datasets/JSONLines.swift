import Contract
import Records

/// JSON lines of the user's own, or one list of objects.
public enum JSONLines: DatasetFormat {
    public static let card = DatasetCard(
        id: "jsonl", name: "JSON lines", summary: "JSON lines of your own; --fields says what is what.",
        usage: "jsonl=PATH",
        shape:
            "lines of objects, or one list of them; `--fields context=passage,question=query,answers=gold.texts`",
        reading:
            "each of context, question, answers, label, choices, summary, id and group is the member of that name "
            + "(context also `text`, answers also `answer`), unless `--fields` names another, with points into objects; "
            + "a label is a choice's text, place from 0 or letter; lines one behind the other with the same context are "
            + "one document; `context=` says that there is none",
        isGeneral: true)

    public static func recognizes(_ file: FileBeginning) -> Bool {
        if case .json(_, areRows: true) = file.content { true } else { false }
    }

    public static func open(_ source: DatasetSource) throws -> DocumentStream {
        let fields = try RecordFields(source)
        return try source.rows(takesFields: true, joinsNeighbours: true, make: fields.document)
    }
}
