import Foundation
import Leaderboards
import RecordFixtures
import Results
import Testing

/// Samples in the form of another tool.
struct LMEvaluationTests {
    private func line(_ change: (inout SampleRecord) -> Void = { _ in }) throws -> [String: Any] {
        var sample = SampleRecord.sample("a", em: 1)
        change(&sample)
        let cell = StoredCell(
            id: 7, record: .sample(), state: .done, failure: nil, runs: [1], scores: [], latencies: [])
        let text = try LMEvaluationSamples.line(sample, of: cell, number: 3)
        #expect(text.hasSuffix("\n") && text.dropLast().contains("\n") == false)
        return try #require(try JSONSerialization.jsonObject(with: Data(text.utf8)) as? [String: Any])
    }

    @Test func `a sample is a line with the members of the harness`() throws {
        let line = try line { $0.prompt = .init(before: "<bos>", after: "<q> Who?") }
        #expect(
            Set(line.keys) == [
                "doc_id", "doc", "target", "arguments", "resps", "filtered_resps", "filter", "metrics",
                "doc_hash", "prompt_hash", "target_hash", "em", "f1", "picbench",
            ])
        #expect(line["doc_id"] as? Int == 3 && line["target"] as? String == "Anna Berg")
        #expect(line["resps"] as? [[String]] == [["Anna, \"A\"\n| Berg"]])
        #expect(line["filtered_resps"] as? [String] == ["Anna, \"A\"\n| Berg"])
        #expect(line["metrics"] as? [String] == ["em", "f1"] && line["em"] as? Double == 1)
        let document = try #require(line["doc"] as? [String: Any])
        #expect(document["answers"] as? [String] == ["Anna Berg", "Berg"])
        let arguments = try #require(line["arguments"] as? [String: [String: Any]])
        #expect(arguments["gen_args_0"]?["arg_0"] as? String == "<bos>Anna<q> Who?")
        // printf '<bos>Anna<q> Who?' | sha256sum
        #expect(
            line["prompt_hash"] as? String
                == "43ed27c2f8d51883d90dc8b538b8c6545cff44cfde1c86cfae9a058d0d3836ba")
        let origin = try #require(line["picbench"] as? [String: Any])
        #expect(origin["cell"] as? Int == 7 && origin["method"] as? String == "pic")
        #expect(origin["budget"] as? String == "4x" && origin["keptPositions"] as? Int == 25)
    }

    @Test func `what is no text has its place, and infinite numbers are texts`() throws {
        let line = try line {
            ($0.keptText, $0.prompt) = (nil, .init(before: "<bos>", after: "?"))
            $0.metrics = ["em": -.infinity, "doc": 1]
            $0.references = []
        }
        let arguments = try #require(line["arguments"] as? [String: [String: Any]])
        #expect(arguments["gen_args_0"]?["arg_0"] as? String == "<bos>{kept}?")
        #expect(line["em"] as? String == "-Infinity" && line["target"] as? String == "")
        #expect(line["doc"] is [String: Any])
    }

    @Test func `a cell's file is named after it`() {
        var record = CellRecord.sample(method: "bm25+pic")
        record.taskID = "in/context"
        let cell = StoredCell(
            id: 7, record: record, state: .done, failure: nil, runs: [], scores: [], latencies: [])
        #expect(LMEvaluationSamples.fileName(of: cell) == "samples_in-context_bm25-pic_4x_cell7.jsonl")
    }
}
