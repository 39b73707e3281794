import Contract
import Foundation
import Records
import Testing

struct CSVTests {
    private let scratch: Scratch

    init() throws { scratch = try Scratch() }

    @Test func `fields, quotes and line ends are those of RFC 4180`() throws {
        let table =
            "s,t\r\n1,plain\r\n2,\"a,b\"\n\n3,\"say \"\"hi\"\"\"\n4,\"two\r\nlines\"\r\r\n5,\"\"\n\"6\",\" é \"\n7,a\rb\r"
        let documents = try scratch.table(table.utf8).documents
        #expect(documents.map(\.text) == ["plain", "a,b", "say \"hi\"", "two\r\nlines", "", " é ", "a\rb"])
        #expect(documents.map(\.id) == ["2", "3", "5", "6", "8", "9", "10"])
        #expect(try scratch.table("\u{feff}t\nx".utf8).documents.map(\.text) == ["x"])
    }

    @Test(arguments: [
        ("1,2,3", "line 102 has 3 fields, the header 2"), ("1", "line 102 has 1 fields, the header 2"),
        ("1,a\"b", "line 102 has a quote in a field without quotes"),
        ("1,\"a\"b", "line 102 goes on behind the quote that ends a field"),
        ("1,\"a\nb\n", "line 102 opens a quote that never ends"),
        ("1,", "line 102, t is null, expected a text"),
        ("1,a\u{0}", "line 102 holds a NUL character"),
    ])
    func `an unsound record is left out, with its line and the reason`(_ row: String, _ reason: String) throws
    {
        let rows = (1...100).map { "\($0),x" }.joined(separator: "\n")
        let dataset = try scratch.table("s,t\n\(rows)\n\(row)".utf8)
        #expect(dataset.documents.count == 100 && dataset.remarks.count == 1)
        #expect(dataset.remarks[0].contains("left out 1 of 101 records: \(reason)"), "\(dataset.remarks)")
    }

    @Test func `what follows an unsound record is read`() throws {
        let rows = (1...100).map { "\($0),x" }.joined(separator: "\n")
        #expect(try scratch.table("s,t\n1,a\"b\"\n\(rows)".utf8).documents.count == 100)
    }

    @Test func `texts that go over the ends of chunks are whole`() throws {
        let texts = (0..<3000).map { String(repeating: "a\"\né,", count: $0 % 97) + "\($0)" }
        let table = "t\n" + texts.map { "\"\($0.replacing("\"", with: "\"\""))\"" }.joined(separator: "\n")
        #expect(try scratch.table(table.utf8).documents.map(\.text) == texts)
    }

    @Test(arguments: ["", "a,a\n1,2", "a,,b\n", "\"a\n"])
    func `a header names each column, each another`(_ table: String) throws {
        let error = #expect(throws: DatasetError.self) { try scratch.table(table.utf8) }
        #expect(error?.description.contains("data.csv") == true)
    }
}
