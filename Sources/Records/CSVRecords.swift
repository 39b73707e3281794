import Contract
import Foundation

/// The records of a table, by RFC 4180: fields with commas between them, the first line names them.
///
/// A record is an object of texts. A field without anything, not even quotes, is missing.
struct CSVRecords: RecordReader {
    /// In the file's order.
    let columns: [String]
    private var parser: CSVParser
    private let tally: RecordTally

    /// Reads the header.
    init(_ cursor: ByteCursor, file: String, tally: RecordTally) throws {
        parser = CSVParser(cursor)
        self.tally = tally
        do {
            columns = try parser.record()?.map { $0 ?? "" } ?? []
        } catch let fault as RecordFault {
            throw DatasetError.malformed(
                file: file, at: "its header", found: fault.text, expected: "names with commas between them")
        }
        guard !columns.isEmpty, !columns.contains(""), Set(columns).count == columns.count else {
            throw DatasetError.malformed(
                file: file, at: "its first line", found: "'\(columns.joined(separator: ",").prefix(60))'",
                expected: "a name for each column, each another")
        }
    }

    mutating func next() throws -> Record? {
        while true {
            let line = parser.line
            guard let fields = try parser.record() else { return nil }
            if fields.count == 1, fields[0] == nil { continue }  // an empty line
            guard fields.count == columns.count else {
                throw RecordFault("line \(line) has \(fields.count) fields, the header \(columns.count)")
            }
            let members = zip(columns, fields).map { ($0, $1.map(RecordValue.text) ?? .null) }
            return Record(
                .object(Dictionary(uniqueKeysWithValues: members)),
                at: .root(.init(id: "\(line)", label: "line \(line)")), tally: tally)
        }
    }
}

/// Takes CSV apart.
struct CSVParser {
    private var cursor: ByteCursor
    private var bytes: [UInt8] = []

    init(_ cursor: ByteCursor) { self.cursor = cursor }

    var line: Int { cursor.line }

    /// The fields of the next record, nil for those that are empty and without quotes; nil at the end.
    /// - Throws: `RecordFault`; the next record is in the next line then
    mutating func record() throws -> [String?]? {
        guard try cursor.peek() != nil else { return nil }
        let line = cursor.line
        var fields: [String?] = []
        var flaw: String?
        while true {
            let isQuoted = try cursor.peek() == UInt8(ascii: "\"")
            bytes.removeAll(keepingCapacity: true)
            try isQuoted ? quoted(from: line) : plain(in: line)
            let field = String(validating: bytes, as: UTF8.self)
            if field == nil { flaw = flaw ?? "bytes that are not UTF-8" }
            if bytes.contains(0) { flaw = flaw ?? "a NUL character" }
            fields.append(field?.isEmpty == true && !isQuoted ? nil : field)
            while try cursor.peek() == UInt8(ascii: "\r") { cursor.advance() }
            switch try cursor.peek() {
            case UInt8(ascii: ","):
                cursor.advance()
                continue
            case UInt8(ascii: "\n"): cursor.advanceLine()
            case nil: break
            default: throw try fault("line \(line) goes on behind the quote that ends a field")
            }
            if let flaw { throw RecordFault("line \(line) holds \(flaw)") }
            return fields
        }
    }

    private mutating func plain(in line: Int) throws {
        while true {
            bytes += cursor.run { Self.endsPlain($0) }
            switch try cursor.peek() {
            case UInt8(ascii: ","): return
            case UInt8(ascii: "\n"), nil:
                while bytes.last == UInt8(ascii: "\r") { bytes.removeLast() }
                return
            case UInt8(ascii: "\""): throw try fault("line \(line) has a quote in a field without quotes")
            default: break  // It goes on in the next chunk.
            }
        }
    }

    private static func endsPlain(_ byte: UInt8) -> Bool {
        byte == UInt8(ascii: ",") || byte == UInt8(ascii: "\n") || byte == UInt8(ascii: "\"")
    }

    /// More than any text: a quote that never ends would take the rest of the file into memory.
    private static let longest = 1 << 28

    private mutating func quoted(from line: Int) throws {
        cursor.advance()
        while bytes.count < Self.longest {
            bytes += cursor.run { $0 == UInt8(ascii: "\"") || $0 == UInt8(ascii: "\n") }
            switch try cursor.peek() {
            case nil: throw RecordFault("line \(line) opens a quote that never ends")
            case UInt8(ascii: "\n"):
                bytes.append(UInt8(ascii: "\n"))
                cursor.advanceLine()
            case UInt8(ascii: "\""):
                cursor.advance()
                guard try cursor.peek() == UInt8(ascii: "\"") else { return }
                bytes.append(UInt8(ascii: "\""))
                cursor.advance()
            default: break  // It goes on in the next chunk.
            }
        }
        throw try fault("line \(line) opens a quote that does not end within \(Self.longest >> 20) MiB")
    }

    private mutating func fault(_ text: String) throws -> RecordFault {
        try cursor.skipLine()
        return RecordFault(text)
    }
}
