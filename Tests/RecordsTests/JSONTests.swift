import Foundation
import Records
import Testing

struct JSONTests {
    @Test(
        arguments: [
            ("0", .number("0")), ("-0", .number("-0")), ("-12.50e+3", .number("-12.50e+3")),
            ("1E-2", .number("1E-2")),
            ("12345678901234567890123", .number("12345678901234567890123")), ("null", .null),
            ("true", .flag(true)),
            (" \t\r\n false ", .flag(false)), (#""""#, .text("")), (#""é""#, .text("é")),
            (#""\u0041\/\"""#, .text("A/\"")),
            (#""\b\f\n\r\t\\""#, .text("\u{8}\u{c}\n\r\t\\")), (#""\ud83d\ude00\u00E9""#, .text("😀é")),
            ("[]", .list([])),
            ("[ 1 ,\n[2]]", .list([.number("1"), .list([.number("2")])])), ("{}", .object([:])),
            (#"{"a":1,"a":[{}]}"#, .object(["a": .list([.object([:])])])),
            (#"{"":null}"#, .object(["": .null])),
            ("\"\u{7f}\"", .text("\u{7f}")),
        ] as [(String, RecordValue)])
    func `a value is read as RFC 8259 has it`(_ json: String, _ value: RecordValue) {
        #expect(RecordValue(json: json) == value)
    }

    @Test(arguments: [
        "", " ", "01", "-", "-01", "+1", ".5", "1.", "1.e2", "1e", "1e+", "0x1", "1_000", "NaN", "Infinity",
        "-Infinity",
        "tru", "True", "nul", "[1,]", "[,1]", "[1 2]", "[1,,2]", "[", "[1", "[1}", "{", "}", #"{"a"}"#,
        #"{"a":}"#,
        "{a:1}", "{'a':1}", #"{"a":1,}"#, #"{,"a":1}"#, #"{"a" 1}"#, #"{"a":1 "b":2}"#, #"{1:2}"#, #"""#,
        #""a"#,
        #""\x""#, #""\u12""#, #""\u00g0""#, #""\u+123""#, #""\"#, "\"a\tb\"", "\"a\nb\"", "\"\u{1}\"", "'a'",
        "[1]x",
        "{} {}", "1 2", "// 1", "1 // one", "\u{feff}1", "é",
        // JSON, but not text.
        #""\ud800""#, #""\udc00""#, #""\ud800\u0041""#, #""\ud800\ud800""#, #""\ud800x""#, #""\ude00\ud83d""#,
        #""\u0000""#,
    ])
    func `what is no value is none`(_ json: String) {
        #expect(RecordValue(json: json) == nil)
    }

    @Test func `nesting has an end`() {
        func nested(_ depth: Int) -> String {
            String(repeating: "[", count: depth) + String(repeating: "]", count: depth)
        }
        #expect(RecordValue(json: nested(500)) != nil)
        #expect(RecordValue(json: nested(1_000_000)) == nil)
    }

    @Test func `texts that go over the ends of chunks are whole`() throws {
        var texts: [String] = []
        for size in 0..<600 {
            texts.append(String(repeating: "aé€😀\"\\\n\u{1}", count: size % 7 * 31) + "\(size)")
        }
        texts.append(String(repeating: "long€", count: 200_000))
        let scratch = try Scratch()
        let lines = try texts.map { String(decoding: try JSONEncoder().encode(["t": $0]), as: UTF8.self) }
        let escaped = lines.map { line in
            line.unicodeScalars.map { scalar in
                scalar.isASCII ? String(scalar) : scalar.utf16.map { String(format: "\\u%04x", $0) }.joined()
            }.joined()
        }
        for written in [lines, escaped] {
            let read = try scratch.rows(written.joined(separator: "\n").utf8).documents.map(\.text)
            #expect(read == texts)
            let listed = try scratch.rows("[\(written.joined(separator: ",\n"))]".utf8).documents.map(\.text)
            #expect(listed == texts)
        }
    }
}
