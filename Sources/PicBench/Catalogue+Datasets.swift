import Contract
import Foundation
import Records

extension Catalogue {
    /// The documents that a user names, such as `gazette:documents=20` or `squad=dev-v1.1.json`.
    ///
    /// The first is read, so that a file of another format is refused at once, by what it looks like.
    func dataset(_ source: DatasetSource) throws -> DocumentStream {
        guard let format = datasets.first(where: { $0.card.id == source.format }) else {
            throw try noFormat(in: source)
        }
        @Sendable func explained<Value>(_ body: () throws -> Value) throws -> Value {
            do { return try body() } catch let error as DatasetError {
                throw explanation(of: error, in: source, as: format)
            }
        }
        let stream = try explained { try format.open(source) }
        let checked = DocumentStream(id: stream.id, count: stream.count, isShuffled: stream.isShuffled) {
            ExplainedDocuments(reader: try explained(stream.reader)) {
                explanation(of: $0, in: source, as: format)
            }
        }
        var reader = try checked.reader()
        _ = try reader.next()
        return checked
    }

    /// The error, or where the file is of another format as well as anybody can tell, that it is.
    private func explanation(
        of error: DatasetError, in source: DatasetSource, as format: any DatasetFormat.Type
    ) -> DatasetError {
        guard let path = source.path, let file = try? FileBeginning(of: URL(fileURLWithPath: path)) else {
            return error
        }
        if case .binary = file.content { return .notText(file: path) }
        guard format.card.isGeneral || !format.recognizes(file),
            case let others = formats(of: file).filter({ $0.id != format.card.id }), !others.isEmpty
        else { return error }
        return looksLike(path, others, problem: "as \(format.card.id): \(error)")
    }

    /// The error about a text that names no format: where it is a file, what that looks like.
    private func noFormat(in source: DatasetSource) throws -> DatasetError {
        let known = datasets.map { $0.card.id }.sorted()
        guard let file = try? FileBeginning(of: URL(fileURLWithPath: source.text)) else {
            return .unknownFormat(source.text, known: known)
        }
        if case .binary = file.content { return .notText(file: source.text) }
        let found = formats(of: file)
        return found.isEmpty
            ? .unknownKind(file: source.text, known: known) : looksLike(source.text, found, problem: nil)
    }

    private func looksLike(_ path: String, _ formats: [DatasetCard], problem: String?) -> DatasetError {
        .looksLike(file: path, formats: formats.map { ($0.name, "\($0.id)=\(path)") }, problem: problem)
    }

    /// Those that know a file; general ones only where no other does.
    private func formats(of file: FileBeginning) -> [DatasetCard] {
        let found = datasets.filter { $0.recognizes(file) }.map { $0.card }
        let special = found.filter { !$0.isGeneral }
        return special.isEmpty ? found : special
    }
}

/// Documents whose errors are put in other words.
private struct ExplainedDocuments: DocumentReader {
    var reader: any DocumentReader
    let explain: (DatasetError) -> DatasetError

    mutating func next() throws -> Document? {
        do { return try reader.next() } catch let error as DatasetError { throw explain(error) }
    }

    var remarks: [String] { reader.remarks }
}
