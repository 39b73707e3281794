import CZlib
import Contract
import Foundation
import Records
import TestSupport

/// Files of a test, in a folder that goes with it.
final class Scratch {
    let folder = temporaryPath("records")

    init() throws { try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true) }

    func write(_ bytes: some Sequence<UInt8>, to name: String = "data.jsonl") throws -> URL {
        let file = folder.appendingPathComponent(name)
        try Data(bytes).write(to: file)
        return file
    }

    /// A member of a gzip file.
    func gzip(_ text: String) throws -> [UInt8] {
        let file = folder.appendingPathComponent("\(UUID()).gz")
        let stream = gzopen(file.path, "wb")
        gzputs(stream, text)
        gzclose(stream)
        return Array(try Data(contentsOf: file))
    }

    /// What is read of JSON lines, or of one list: a document a record, the member `t` its text.
    func rows(_ bytes: some Sequence<UInt8>, skipping: Bool = false) throws -> Dataset {
        try source(write(bytes), skipping: skipping).rows(make: Self.document).dataset()
    }

    /// What is read of one JSON value, a record each at the path.
    func values(at path: String, _ text: String, skipping: Bool = false) throws -> Dataset {
        try source(write(text.utf8), skipping: skipping).values(at: path, make: Self.document).dataset()
    }

    /// What is read of a table with a column `t`.
    func table(_ bytes: some Sequence<UInt8>, skipping: Bool = false) throws -> Dataset {
        try source(write(bytes, to: "data.csv"), skipping: skipping).table(make: Self.document).dataset()
    }

    private func source(_ file: URL, skipping: Bool) -> DatasetSource {
        var source = DatasetSource("own=\(file.path)")
        source.skipsUnsound = skipping
        return source
    }

    private static let document: @Sendable (Record) throws -> Document? = { record in
        Document(id: record.id, text: try record.text("t"), questions: [], group: record.group)
    }
}
