import Contract
import Files
import Foundation
import Records
import Testing

struct RowTests {
    private let scratch: Scratch

    init() throws { scratch = try Scratch() }

    private func lines(_ count: Int, with others: [String] = []) -> String {
        ((0..<count).map { "{\"t\":\"\($0)\"}" } + others).joined(separator: "\n")
    }

    @Test(arguments: [
        "{\"t\":\"a\"}\n{\"t\":\"b\"}", "{\"t\":\"a\"}\r\n\r\n \n{\"t\":\"b\"}\r\n",
        "\u{feff}{\"t\":\"a\"}\n{\"t\":\"b\"}\n",
        " [{\"t\":\"a\"},\n{\"t\":\"b\"}]", "[\n]\n[", "[{\"t\":\"a\"}",
    ])
    func `lines, or one list`(_ text: String) throws {
        let texts = try? scratch.rows(text.utf8).documents.map(\.text)
        #expect(texts == (text.contains("b") ? ["a", "b"] : nil))
    }

    @Test(arguments: [
        (#"{"t":7}"#, "line 101, t is 7, expected a text"),
        ("{\"t\":\"x\u{0}\"}", "line 101 is no JSON: found the byte 0"),
        (#"{"s":"x"}"#, "line 101, t is missing, expected a text"),
        (#"[1]"#, "line 101 is a list, expected an object"),
        (#"{"t":null}"#, "line 101, t is null, expected a text"),
        (
            #"{"t":"x"#,
            "line 101 is no JSON: found the end of the line at its byte 8, expected the quote that ends the text"
        ),
        (#"{"t":"x"} {}"#, "line 101 is no JSON: found '{' at its byte 11, expected the end of the line"),
        (#"{"t":"\u0000"}"#, "line 101 holds a NUL character"),
        (#"{"t":"\ud83d"}"#, "line 101 holds half of a surrogate pair"),
    ])
    func `one record in a hundred may be unsound: its line and the reason are told`(
        _ line: String, _ reason: String
    ) throws {
        let dataset = try scratch.rows(lines(100, with: [line]).utf8)
        #expect(dataset.documents.count == 100)
        #expect(
            dataset.remarks.count == 1 && dataset.remarks[0].contains("left out 1 of 101 records: \(reason)"))
        let error = #expect(throws: DatasetError.self) {
            try scratch.rows("\(lines(100))\n\(line)\n\(line)".utf8)
        }
        let text = error?.description ?? ""
        #expect(
            text.contains("2 of 102 records") && text.contains(reason) && text.contains("--skip-bad-rows"))
        #expect(!text.contains("\n"))
        let most = "{\"t\":\"a\"}\n" + String(repeating: "\(line)\n", count: 4)
        let skipped = try scratch.rows(most.utf8, skipping: true)
        #expect(skipped.documents.count == 1 && skipped.remarks[0].contains("left out 4 of 5 records"))
        #expect(skipped.remarks[0].hasSuffix("…"))
    }

    @Test func `bytes that are not UTF-8 are an unsound record`() throws {
        let bytes = Array(lines(100).utf8) + Array("\n{\"t\":\"".utf8) + [0xff, 0xc3] + Array("\"}\n".utf8)
        #expect(try scratch.rows(bytes).remarks[0].contains("line 101 holds bytes that are not UTF-8"))
    }

    @Test func `a file of another kind is given up after a hundred records`() throws {
        let lines = String(repeating: "{\"s\":1}\n", count: 5000)
        let error = #expect(throws: DatasetError.self) { try scratch.rows(lines.utf8) }
        #expect(error?.description.contains("100 of 100 records cannot be used") == true)
    }

    @Test func `gzip is read as what it was, all its members`() throws {
        let bytes = try scratch.gzip("\(lines(3))\n") + scratch.gzip(lines(2))
        #expect(try scratch.rows(bytes).documents.map(\.text) == ["0", "1", "2", "0", "1"])
        let long = try scratch.gzip((0..<40_000).map { "{\"t\":\"\($0 * 7919)\"}" }.joined(separator: "\n"))
        #expect(try scratch.rows(long).documents.count == 40_000)
        for (bytes, reason) in [
            (Array(long.dropLast(9)), "end in the middle"),
            (long.enumerated().map { $0.offset == 20_000 ? $0.element ^ 1 : $0.element }, "are damaged"),
        ] {
            let error = #expect(throws: DatasetError.self) { try scratch.rows(bytes) }
            #expect(
                error?.description.contains("its gzip bytes \(reason)") == true, "\(error?.description ?? "")"
            )
        }
    }

    @Test func `a file without records, no file, a folder`() throws {
        for text in ["", "\n\n", "[]"] {
            let error = #expect(throws: DatasetError.self) { try scratch.rows(text.utf8) }
            #expect(error?.description.contains("holds no records") == true)
        }
        for path in ["/none.json", NSTemporaryDirectory()] {
            let error = #expect(throws: DatasetError.self) {
                try DatasetSource("own=\(path)").rows { _ in nil }
            }
            #expect(error?.description.contains("cannot read") == true)
        }
    }

    @Test func `a FIFO or a device is refused, not waited for`() throws {
        let fifo = scratch.folder.appendingPathComponent("fifo.csv")
        #expect(mkfifo(fifo.path, 0o666) == 0)
        for (path, kind) in [(fifo.path, FileKind.fifo), ("/dev/zero", .device)] {
            let expected = FileError.wrongKind(path: path, found: kind, expected: .file)
            let source = DatasetSource("own=\(path)")
            #expect(throws: expected) { try source.rows { _ in nil } }
            #expect(throws: expected) { try source.table { _ in nil } }
            #expect(throws: expected) { try source.texts { _ in nil } }
            #expect(throws: expected) { try source.all(of: URL(fileURLWithPath: path)) { _ in } }
            #expect(throws: expected) { try FileBeginning(of: URL(fileURLWithPath: path)) }
        }
    }

    @Test func `records of one value stand at a path, their groups above them`() throws {
        let json = #"""
            {"x":{"a":[1]},"a":[{"t":"no","b":[{"t":"1"},{"t":"2"}]},{"c":1,"b":[]},{"b":[{"t":"3"}],"d":{"b":[{"t":"no"}]}}],
             "y":"\n"}
            """#
        let documents = try scratch.values(at: "a[].b[]", json).documents
        #expect(documents.map(\.text) == ["1", "2", "3"])
        #expect(documents.map(\.id) == ["0-0", "0-1", "2-0"] && documents.map(\.group) == ["0", "0", "2"])
        let members = try scratch.values(at: "{}", #"{"p.1":{"t":"1"},"p2":{"t":"2"}}"#).documents
        #expect(members.map(\.id) == ["p.1", "p2"] && members.map(\.group) == [nil, nil])
    }

    @Test(arguments: [
        (#"{"a":[{"b":[{"t":1}]}]}"#, "a[0].b[0].t is 1, expected a text"),
        (#"{"a":[{"b":[7]}]}"#, "a[0].b[0] is 7, expected an object"),
        (#"{"a":[{"c":[]}]}"#, "a[0].b is missing, expected a value"),
        (#"{"a":[{"b":"x"}]}"#, "a[0].b is 'x', expected a list"),
        (#"{"a":{}}"#, "a is an object, expected a list"),
        (#"{"b":[]}"#, "a is missing, expected a value"), ("[]", "the file is a list, expected an object"),
        (#"{"a":[{"b":[{"t":"\u0000"}]}]}"#, "a[0].b[0] holds a NUL character"),
        ("{\"a\":[\n{\"b\":[{]}]}", "line 2, byte 8 is ']', expected a name in quotes"),
        ("{\"a\":[]}\n}", "line 2, byte 1 is '}', expected the end of the file"),
        ("{\"a\":[", "line 1, byte 7 is the end, expected a value"),
    ])
    func `what is wrong in a value has its path, or its line and byte`(_ json: String, _ reason: String)
        throws
    {
        let error = #expect(throws: DatasetError.self) { try scratch.values(at: "a[].b[]", json) }
        #expect(error?.description.contains(reason) == true, "\(error?.description ?? "")")
    }
}
