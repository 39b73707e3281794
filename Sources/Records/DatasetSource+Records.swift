import Contract
import Files
import Foundation

extension DatasetSource {
    /// The documents of JSON lines, or of the elements of one JSON list; plain or gzip.
    /// - Parameters:
    ///   - joinsNeighbours: whether records one behind the other with the same text become one document
    ///   - make: a record's document; nil where it is not of one. It throws `RecordFault` where it is unsound
    public func rows(
        takesFields: Bool = false, joinsNeighbours: Bool = false,
        make: @escaping @Sendable (Record) throws -> Document?
    ) throws -> DocumentStream {
        try documents(
            of: readableFile(takesFields: takesFields), joinsNeighbours: joinsNeighbours, make: make
        ) {
            cursor, file, tally in
            var cursor = cursor
            return try cursor.beginsList()
                ? JSONPathRecords(cursor, path: RecordPath("[]"), file: file, tally: tally)
                : JSONLineRecords(cursor, tally: tally)
        }
    }

    /// The documents of one JSON value, a record each at a path: `data[].paragraphs[]`, or `{}` for each member of an
    /// object; plain or gzip.
    /// - Parameter make: a record's document; nil where it is not of one. It throws `RecordFault` where it is unsound
    public func values(
        at path: String, make: @escaping @Sendable (Record) throws -> Document?
    ) throws -> DocumentStream {
        try documents(of: readableFile(), make: make) { cursor, file, tally in
            JSONPathRecords(cursor, path: RecordPath(path), file: file, tally: tally)
        }
    }

    /// The documents of a CSV file's records; plain or gzip.
    /// - Parameters:
    ///   - file: another one than users named, such as one in a folder of theirs
    ///   - joinsNeighbours: whether records one behind the other with the same text become one document
    ///   - make: a record's document; nil where it is not of one. It throws `RecordFault` where it is unsound
    public func table(
        of file: URL? = nil, takesFields: Bool = false, joinsNeighbours: Bool = false,
        make: @escaping @Sendable (Record) throws -> Document?
    ) throws -> DocumentStream {
        let file = try file ?? readableFile(takesFields: takesFields)
        return try documents(of: file, joinsNeighbours: joinsNeighbours, make: make) { cursor, file, tally in
            try CSVRecords(cursor, file: file, tally: tally)
        }
    }

    /// The names of the files that `texts` reads.
    public func textNames() throws -> [String] {
        try FolderRecords.files(at: file(takesFields: questions != nil, takesQuestions: true)).map(\.name)
    }

    /// The documents of a text file, or of a folder of them: a record a file, with the members `name` and `text`.
    public func texts(make: @escaping @Sendable (Record) throws -> Document?) throws -> DocumentStream {
        let url = try file(takesFields: questions != nil, takesQuestions: true)
        let files = try FolderRecords.files(at: url)
        let skips = skipsUnsound
        return DocumentStream(id: "\(format):\(url.lastPathComponent)") {
            let tally = RecordTally(file: url.path, skips: skips)
            return RecordDocuments(
                FolderRecords(files, tally: tally), file: url.path, tally: tally, joinsNeighbours: false,
                make: make)
        }
    }

    /// What `make` makes of each record of a file beside the documents, CSV or JSON lines; all in memory.
    /// - Throws: `DatasetError` where any of them is unsound, unless users leave such out
    public func all<Made>(of file: URL, make: (Record) throws -> Made) throws -> [Made] {
        try file.requireReadable()
        let tally = RecordTally(file: file.path, skips: skipsUnsound)
        let cursor = try ByteCursor(FileBytes(file))
        var records: any RecordReader =
            file.isTable
            ? try CSVRecords(cursor, file: file.path, tally: tally) : JSONLineRecords(cursor, tally: tally)
        var made: [Made] = []
        while true {
            do {
                guard let record = try records.next() else { break }
                if let one = try tally.attempt(record, make) { made.append(one) }
            } catch let fault as RecordFault {
                tally.add(fault)
            }
        }
        try tally.check(tolerance: 0)
        return made
    }

    /// The beginning of the file that users named.
    public func beginning() throws -> FileBeginning { try FileBeginning(of: readableFile()) }

    private func documents(
        of file: URL, joinsNeighbours: Bool = false, make: @escaping RecordDocuments.Make,
        records: @escaping @Sendable (ByteCursor, String, RecordTally) throws -> any RecordReader
    ) throws -> DocumentStream {
        try file.requireReadable()
        let skips = skipsUnsound
        return DocumentStream(id: "\(format):\(file.lastPathComponent)") {
            let tally = RecordTally(file: file.path, skips: skips)
            return RecordDocuments(
                try records(ByteCursor(FileBytes(file)), file.path, tally), file: file.path, tally: tally,
                joinsNeighbours: joinsNeighbours, make: make)
        }
    }

    private func readableFile(takesFields: Bool = false) throws -> URL {
        let file = try file(takesFields: takesFields)
        try file.requireReadable()
        return file
    }
}

extension URL {
    /// Whether its name is that of a CSV file.
    public var isTable: Bool { lastPathComponent.hasSuffix(".csv") || lastPathComponent.hasSuffix(".csv.gz") }

    /// - Throws: `DatasetError.unreadable` where there is none, or a folder; `FileError` for a FIFO, a device or
    ///   what may not be read
    func requireReadable() throws {
        guard try FileKind(of: self) != .folder, try Descriptor.reading(self) != nil else {
            throw DatasetError.unreadable(file: path)
        }
    }
}

extension ByteCursor {
    /// Whether the first byte that is not white space opens a list.
    fileprivate mutating func beginsList() throws -> Bool {
        while let byte = try peek() {
            switch byte {
            case UInt8(ascii: " "), UInt8(ascii: "\t"), UInt8(ascii: "\r"): advance()
            case UInt8(ascii: "\n"): advanceLine()
            default: return byte == UInt8(ascii: "[")
            }
        }
        return false
    }
}
