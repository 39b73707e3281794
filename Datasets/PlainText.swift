import Contract
import Foundation
import Records

/// Texts as they are, with questions about them where there are some.
public enum PlainText: DatasetFormat {
    public static let card = DatasetCard(
        id: "text", name: "plain text",
        summary: "A text file, or a folder's .txt files: one document a file.",
        usage: "text=PATH",
        shape:
            "UTF-8 text; `--questions FILE`: JSON lines or CSV with question, answers, choices and, where there are "
            + "several texts, document (a file's name)",
        reading: "a file is a context; questions are those that name it", isGeneral: true)

    public static func recognizes(_ file: FileBeginning) -> Bool {
        switch file.content {
        case .text: true
        case .folder(let names): names.contains { $0.hasSuffix(".txt") || $0.hasSuffix(".txt.gz") }
        case .json, .table, .binary, .other: false
        }
    }

    public static func open(_ source: DatasetSource) throws -> DocumentStream {
        let names = Set(try source.textNames())
        let asked = try source.questions.map { path in
            try questions(in: URL(fileURLWithPath: path), about: names, source: source)
        }
        return try source.texts { file in
            let name = try file.text("name")
            return Document(id: name, text: try file.text("text"), questions: asked?[name] ?? [])
        }
    }

    /// By the names of the texts that they are about.
    private static func questions(
        in file: URL, about names: Set<String>, source: DatasetSource
    ) throws -> [String: [Question]] {
        let fields = try RecordFields(source, isTable: file.isTable)
        let pairs = try source.all(of: file) { record in
            guard let question = try fields.question(of: record) else {
                throw record.fault("has no question")
            }
            let document = try record.member("document")
            let name = document.isMissing && names.count == 1 ? names.first ?? "" : try document.text()
            guard names.contains(name) else { throw document.unexpected("one of the texts' names") }
            return (name, question)
        }
        return Dictionary(grouping: pairs) { $0.0 }.mapValues { $0.map(\.1) }
    }
}
