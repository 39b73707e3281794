import Contract
import Files
import Foundation

extension FileBeginning {
    /// Bytes that are looked at.
    private static let length = 1 << 20

    /// Reads the beginning of a file, plain or gzip, or what a folder holds.
    /// - Throws: `DatasetError` where there is nothing to read, `FileError` for a FIFO or a device
    public init(of url: URL) throws {
        if try FileKind(of: url) == .folder {
            let names = try? FileManager.default.contentsOfDirectory(atPath: url.path)
            self.init(name: url.lastPathComponent, content: .folder(names: Set(names ?? [])))
        } else {
            self.init(name: url.lastPathComponent, content: try Self.content(of: url))
        }
    }

    private static func content(of url: URL) throws -> Content {
        var outline = try Outline(ByteCursor(FileBytes(url)), length: length)
        let members = outline.members()
        if !members.isEmpty { return .json(members: members, areRows: outline.areRows) }
        if url.isTable {
            var parser = try CSVParser(ByteCursor(FileBytes(url)))
            if let columns = try? parser.record() { return .table(columns: Set(columns.compactMap { $0 })) }
        }
        var buffer = [UInt8](repeating: 0, count: 1 << 14)
        let count = try FileBytes(url).read(into: &buffer)
        if buffer[..<count].contains(0) { return .binary }
        // A character may be cut at the end.
        let isText = (0...3).contains {
            String(validating: buffer[..<max(0, count - $0)], as: UTF8.self) != nil
        }
        return isText ? .text : .other
    }

    /// Which members the values of a JSON file have.
    private struct Outline {
        private var parser: JSONParser
        private let length: Int
        private var found: Set<[String]> = []
        /// Whether the first value is a list or ends in the line in which it begins.
        private(set) var areRows = false

        private struct End: Error {}

        init(_ cursor: ByteCursor, length: Int) {
            parser = JSONParser(cursor, spansLines: true)
            self.length = length
        }

        /// Those up to the length, or to where it is not JSON any more.
        mutating func members() -> Set<[String]> {
            let isList = (try? parser.next()) == UInt8(ascii: "[")
            let line = parser.cursor.line
            var isWhole = (try? value(at: [], depth: 0)) != nil
            areRows = isList || parser.cursor.line == line
            while isWhole { isWhole = (try? value(at: [], depth: 0)) != nil }
            return found
        }

        private mutating func value(at path: [String], depth: Int) throws {
            guard parser.cursor.offset < length, depth < 64 else { throw End() }
            var isFirst = true
            switch try parser.next() {
            case UInt8(ascii: "{"):
                parser.cursor.advance()
                while try parser.hasElement(isFirst: isFirst, closing: UInt8(ascii: "}")) {
                    isFirst = false
                    let member = path + [try parser.key()]
                    found.insert(member)
                    try value(at: member, depth: depth + 1)
                }
            case UInt8(ascii: "["):
                parser.cursor.advance()
                let element = path.isEmpty ? [] : path + ["[]"]
                while try parser.hasElement(isFirst: isFirst, closing: UInt8(ascii: "]")) {
                    isFirst = false
                    try value(at: element, depth: depth + 1)
                }
            case nil: throw End()
            default: _ = try parser.value()
            }
        }
    }
}
