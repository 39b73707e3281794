import Foundation
import Testing
import Tokenizers

/// What is not supported is refused by its name, what is broken in one line, never with a trap.
struct UnsoundFileTests {
    private static let model =
        #""model":{"type":"BPE","vocab":{"a":0,"b":1,"ab":2},"merges":["a b"]}"#

    private static let template =
        #"{"type":"TemplateProcessing","single":[{"SpecialToken":{"id":"x"}},{"Sequence":{"id":"A"}}],"special_tokens":{"x":{"ids":[1]}}}"#

    private static func refusal(_ json: String) -> String {
        let error = #expect(throws: TokenizerError.self) {
            try Tokenizer(json: Data(json.utf8), file: "some/tokenizer.json")
        }
        return error?.description ?? ""
    }

    @Test(arguments: [
        (#"{"model":{"type":"Unigram","vocab":[["a",0]]}}"#, "the model is Unigram; supported: BPE"),
        (#"{"model":{"type":"WordPiece","vocab":{}}}"#, "the model is WordPiece; supported: BPE"),
        (#"{"model":{"type":"BPE","vocab":{},"merges":[],"dropout":0.1}}"#, "the model.dropout is 0.1"),
        (
            #"{\#(model),"normalizer":{"type":"Sequence","normalizers":[{"type":"Precompiled"}]}}"#,
            "the normalizer.normalizers[0] is Precompiled; supported: NFC"
        ),
        (
            #"{\#(model),"normalizer":{"type":"Replace","pattern":{"Regex":" {2,}"},"content":" "}}"#,
            "Replace of the regular expression ' {2,}'"
        ),
        (#"{\#(model),"pre_tokenizer":{"type":"Whitespace"}}"#, "the pre_tokenizer is Whitespace"),
        (
            #"{\#(model),"pre_tokenizer":{"type":"Split","pattern":{"Regex":"\\w+"},"behavior":"Isolated"}}"#,
            #"Split at '\w+'; supported: the patterns of GPT-2, GPT-4, Llama 3 and Qwen 2"#
        ),
        (
            #"{\#(model),"pre_tokenizer":{"type":"Split","pattern":{"Regex":"'(?:[sdmt]|ll|ve|re)| ?\\p{L}+| ?\\p{N}+| ?[^\\s\\p{L}\\p{N}]+|\\s+(?!\\S)|\\s+"},"behavior":"Contiguous"}}"#,
            "Split at words, Contiguous"
        ),
        (#"{\#(model),"decoder":{"type":"CTC"}}"#, "the decoder is CTC"),
        (
            #"{\#(model),"post_processor":{"type":"BertProcessing"}}"#,
            "the post_processor is BertProcessing"
        ),
        (
            #"{\#(model),"post_processor":{"type":"TemplateProcessing","single":[{"SpecialToken":{"id":"x"}}],"special_tokens":{}}}"#,
            "lacks ids of 'x'"
        ),
        (
            #"{\#(model),"post_processor":{"type":"TemplateProcessing","single":[{"SpecialToken":{"id":"x"}},{"Sequence":{"id":"A"}}],"special_tokens":{"x":{"ids":[9]}}}}"#,
            "adds the id 9, which is no token"
        ),
        (
            #"{\#(model),"post_processor":{"type":"Sequence","processors":[\#(template),\#(template)]}}"#,
            "a Sequence of two templates"
        ),
        (#"{\#(model),"added_tokens":[{"id":1,"content":"<s>"}]}"#, "'<s>' with the id 1 contradicts"),
        (#"{\#(model),"added_tokens":[{"id":7,"content":"a"}]}"#, "'a' with the id 7 contradicts"),
        (
            #"{\#(model),"normalizer":{"type":"Strip"},"added_tokens":[{"id":7,"content":" ","normalized":true}]}"#,
            "empty behind the normalizer"
        ),
        (
            #"{\#(model),"pre_tokenizer":{"type":"Metaspace","replacement":"_","add_prefix_space":false,"prepend_scheme":"first"}}"#,
            "prepend_scheme is 'first' with add_prefix_space false"
        ),
        (
            #"{"model":{"type":"BPE","vocab":{"a":0},"merges":[],"unk_token":"<unk>"}}"#,
            "'<unk>' is not in"
        ),
        (#"{"model":{"type":"BPE","vocab":{"a":0},"merges":["a  b"]}}"#, "merge 0 is 'a  b'"),
        (
            #"{"model":{"type":"BPE","vocab":{"a":0},"merges":[["a"]]}}"#,
            "model.merges[0] is an array of 1"
        ),
        (
            #"{"model":{"type":"BPE","vocab":{"a":99999999999},"merges":[]}}"#,
            "'a' has the id 99999999999"
        ),
        (#"{"model":{"type":"BPE","vocab":{"a\n":"b"},"merges":[]}}"#, #"'a\n' has the id"#),
        (#"{"model":"#, "it ends too early (9 bytes into its JSON)"),
        (String(repeating: "[", count: 100_000), "values nested more than 128 deep"),
        (#"{"model":{"vocab":{"\ud800":1}}}"#, "half a surrogate pair"),
        (#"{"model":x}"#, "no value"),
    ])
    func `is refused by its name`(_ json: String, _ part: String) {
        let refusal = Self.refusal(json)
        #expect(refusal.contains(part) && refusal.contains("some/tokenizer.json"), "\(refusal)")
        #expect(!refusal.contains("\n"))
    }

    @Test func `bytes that are no text are refused`() {
        let error = #expect(throws: TokenizerError.self) {
            try Tokenizer(json: Data([0x7B, 0xFF, 0x7D]), file: "some/tokenizer.json")
        }
        #expect(error?.description.contains("not UTF-8") == true)
    }

    /// 4,000 files with bytes changed, cut, doubled and exchanged: an error or a tokenizer that works.
    @Test func `mutated files give an error or a tokenizer that works`() throws {
        let fixtures = Bundle.module.bundleURL.appendingPathComponent("Fixtures")
        let data = try Data(contentsOf: fixtures.appendingPathComponent("pipelines.json"))
        let root = try #require(try JSONSerialization.jsonObject(with: data) as? [String: Any])
        // Small vocabularies, so that what is changed is often what is around them.
        let files = try #require(root["pipelines"] as? [[String: Any]]).map { pipeline in
            var parts = try #require(pipeline["parts"] as? [String: Any])
            var model = try #require(parts["model"] as? [String: Any])
            model["vocab"] = [
                "<unk>": 0, "t": 1, "h": 2, "e": 3, "th": 4, "the": 5, "Ġ": 6, "▁": 7, "<0x41>": 8,
            ]
            model["merges"] = ["t h", "th e"]
            parts["model"] = model
            parts["added_tokens"] = [["id": 9, "content": "<mask>", "lstrip": true, "special": true]]
            return Array(try JSONSerialization.data(withJSONObject: parts))
        }
        let texts = ["the <mask> théA", " \n\u{1F600}1 2'll \u{300}", "", "<mask>the"]
        var state: UInt64 = 7
        func below(_ bound: Int) -> Int {
            state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            return Int((state >> 33) % UInt64(bound))
        }
        let syntax = Array("0123456789\"{}[],:tfn-\\ue".utf8)
        var (sound, refused) = (0, 0)
        for round in 0..<4_000 {
            var bytes = files[round % files.count]
            for _ in 0..<1 + below(4) {
                let i = below(bytes.count)
                switch below(5) {
                case 0: bytes[i] = UInt8(below(256))
                case 1: bytes[i] = syntax[below(syntax.count)]
                case 2: bytes.removeSubrange(i..<min(bytes.count, i + 1 + below(12)))
                case 3: bytes.insert(contentsOf: bytes[i..<min(bytes.count, i + 1 + below(40))], at: i)
                case _: bytes.swapAt(i, below(bytes.count))
                }
                if bytes.isEmpty { bytes = [0x7B] }
            }
            do {
                let tokenizer = try Tokenizer(json: Data(bytes), file: "mutated")
                sound += 1
                for text in texts {
                    let ids = tokenizer.encode(text, addingSpecialTokens: true)
                    #expect(ids.allSatisfy { (0..<tokenizer.vocabularySize).contains(Int($0)) })
                    _ = tokenizer.decode(ids + [Int32(below(20))], specialTokens: true)
                }
            } catch let error as TokenizerError {
                refused += 1
                #expect(!error.description.contains("\n"))
            }
        }
        #expect(sound > 200 && refused > 200, "\(sound) sound, \(refused) refused")
    }
}
