import Contract
import Files
import Foundation

/// A record a text file, `{"name": …, "text": …}`; one file's text is in memory.
struct FolderRecords: RecordReader {
    private var files: ArraySlice<TextFile>
    private let tally: RecordTally

    /// A file, and its path within the folder that users named.
    struct TextFile {
        let url: URL
        let name: String
    }

    init(_ files: [TextFile], tally: RecordTally) {
        self.files = files[...]
        self.tally = tally
    }

    mutating func next() throws -> Record? {
        guard let file = files.popFirst() else { return nil }
        var bytes: [UInt8] = []
        var cursor = try ByteCursor(FileBytes(file.url))
        while try cursor.peek() != nil { bytes += cursor.run { _ in false } }
        guard let text = String(validating: bytes, as: UTF8.self) else {
            throw RecordFault("\(file.name) holds bytes that are not UTF-8")
        }
        if bytes.contains(0) { throw RecordFault("\(file.name) holds a NUL character") }
        return Record(
            .object(["name": .text(file.name), "text": .text(text)]),
            at: .root(.init(id: file.name, label: file.name)), tally: tally)
    }

    /// A text file, or the `.txt` files of a folder and of the folders in it, in order of their paths; plain or gzip.
    /// - Throws: `DatasetError.unreadable`, or `.empty` for a folder without texts
    static func files(at url: URL) throws -> [TextFile] {
        guard try FileKind(of: url) == .folder else {
            try url.requireReadable()
            return [TextFile(url: url, name: url.lastPathComponent)]
        }
        let paths = (try? FileManager.default.subpathsOfDirectory(atPath: url.path)) ?? []
        let texts = paths.filter { path in
            (path.hasSuffix(".txt") || path.hasSuffix(".txt.gz"))
                && !path.split(separator: "/").contains { $0.hasPrefix(".") }
        }
        guard !texts.isEmpty else { throw DatasetError.empty(file: "\(url.path)/*.txt") }
        return texts.sorted().map { TextFile(url: url.appendingPathComponent($0), name: $0) }
    }
}
