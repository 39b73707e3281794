import Contract
import Foundation

/// The records of one JSON value, at a path; one of them is in memory.
struct JSONPathRecords: RecordReader {
    private let steps: [RecordPath.Step]
    private var parser: JSONParser
    private let file: String
    private let tally: RecordTally
    /// The containers around the next record.
    private var open: [Container] = []
    private var hasBegun = false

    private struct Container {
        /// The element or the member it is at; nil before the first.
        var key: String?
        var count = 0
        /// Whether a member of the wanted name was there.
        var wasFound = false
    }

    init(_ cursor: ByteCursor, path: RecordPath, file: String, tally: RecordTally) {
        steps = path.steps
        parser = JSONParser(cursor, spansLines: true)
        self.file = file
        self.tally = tally
    }

    mutating func next() throws -> Record? {
        do {
            return try advance()
        } catch let error as JSONParser.SyntaxError {
            throw DatasetError.malformed(
                file: file, at: "line \(parser.cursor.line), byte \(parser.cursor.column)",
                found: error.found,
                expected: error.expected)
        }
    }

    private mutating func advance() throws -> Record? {
        if !hasBegun {
            hasBegun = true
            try enter()
        }
        while let step = open.indices.last {
            guard try moveOn(step) else {
                let container = open.removeLast()
                if case .member(let name) = steps[step], !container.wasFound {
                    let place = Record.Place.member(self.place, name)
                    throw Record(nil, at: place, tally: tally).unexpected("a value")
                }
                continue
            }
            if open.count == steps.count { return try record() }
            try enter()
        }
        if try parser.next() != nil { throw try parser.unexpected("the end of the file") }
        return nil
    }

    /// Opens the container that the next step goes through.
    private mutating func enter() throws {
        let isList = steps[open.count] == .elements
        guard try parser.next() == (isList ? UInt8(ascii: "[") : UInt8(ascii: "{")) else {
            let value = try parser.value()
            throw Record(value, at: place, tally: tally).unexpected(isList ? "a list" : "an object")
        }
        parser.cursor.advance()
        open.append(Container())
    }

    /// Goes to the next child that is wanted of the innermost container.
    /// - Returns: false where there are no more and the container is closed
    private mutating func moveOn(_ step: Int) throws -> Bool {
        let bracket = steps[step] == .elements ? UInt8(ascii: "]") : UInt8(ascii: "}")
        while try parser.hasElement(isFirst: open[step].count == 0, closing: bracket) {
            open[step].count += 1
            switch steps[step] {
            case .elements:
                open[step].key = "\(open[step].count - 1)"
                return true
            case .members:
                open[step].key = try parser.key()
                return true
            case .member(let name):
                if try parser.key() == name {
                    open[step].wasFound = true
                    return true
                }
                _ = try parser.value()
            }
        }
        return false
    }

    private mutating func record() throws -> Record {
        let place = place
        let value = try parser.value()
        if let flaw = parser.takeFlaw() { throw RecordFault("\(place.text) holds \(flaw)") }
        return Record(value, at: place, tally: tally)
    }

    private var place: Record.Place {
        var label = ""
        var keys: [String] = []
        for (step, container) in zip(steps, open) {
            switch step {
            case .elements:
                let index = container.key ?? ""
                label += "[\(index)]"
                keys.append(index)
            case .members:
                let name = container.key ?? ""
                label += (label.isEmpty ? "" : ".") + name
                keys.append(name)
            case .member(let name): label += (label.isEmpty ? "" : ".") + name
            }
        }
        return .root(
            .init(
                id: keys.joined(separator: "-"),
                group: keys.count > 1 ? keys.dropLast().joined(separator: "-") : nil,
                label: label, isPath: true))
    }
}
