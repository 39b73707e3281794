import Contract
import Records

/// A table of the user's own (RFC 4180).
public enum CSV: DatasetFormat {
    public static let card = DatasetCard(
        id: "csv", name: "CSV", summary: "A table of your own with a header; --fields says what is what.",
        usage: "csv=PATH", source: "https://www.rfc-editor.org/rfc/rfc4180",
        shape: "a line of names, then records; `--fields context=passage,question=query,answers=gold`",
        reading: "as with `jsonl`; several answers, choices or summaries are a JSON list in their field",
        isGeneral: true)

    public static func recognizes(_ file: FileBeginning) -> Bool {
        if case .table = file.content { true } else { false }
    }

    public static func open(_ source: DatasetSource) throws -> DocumentStream {
        let fields = try RecordFields(source, isTable: true)
        return try source.table(takesFields: true, joinsNeighbours: true, make: fields.document)
    }
}
