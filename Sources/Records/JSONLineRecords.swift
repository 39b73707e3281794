import Contract
import Foundation

/// JSON lines: a value each; empty lines are passed over.
struct JSONLineRecords: RecordReader {
    private var parser: JSONParser
    private let tally: RecordTally

    init(_ cursor: ByteCursor, tally: RecordTally) {
        parser = JSONParser(cursor, spansLines: false)
        self.tally = tally
    }

    mutating func next() throws -> Record? {
        while try parser.next() == UInt8(ascii: "\n") { parser.cursor.advanceLine() }
        guard try parser.next() != nil else { return nil }
        let line = parser.cursor.line
        do {
            let value = try parser.value()
            guard [nil, UInt8(ascii: "\n")].contains(try parser.next()) else {
                throw try parser.unexpected("the end of the line")
            }
            if let flaw = parser.takeFlaw() { throw RecordFault("line \(line) holds \(flaw)") }
            return Record(value, at: .root(.init(id: "\(line)", label: "line \(line)")), tally: tally)
        } catch let error as JSONParser.SyntaxError {
            let column = parser.cursor.column
            _ = parser.takeFlaw()
            try parser.cursor.skipLine()
            throw RecordFault(
                "line \(line) is no JSON: found \(error.found) at its byte \(column), expected \(error.expected)"
            )
        }
    }
}
