import Contract
import Foundation
import Metrics
import Testing

/// LongBench's measures against its packages (Tests/References/longbench.py), and where they do not apply.
struct LongBenchTests {
    private struct Case: Decodable {
        let subset, output: String
        let references: [String]
        let classes: [String]?
        let score: Double

        var answer: Answer {
            Answer(output: output, references: references, choices: classes ?? [], subset: subset)
        }
    }

    private func cases() throws -> [Case] {
        let url = try #require(Bundle.module.url(forResource: "Fixtures/longbench", withExtension: "json"))
        return try JSONDecoder().decode([Case].self, from: Data(contentsOf: url))
    }

    @Test func `every set is scored as its packages score it`() throws {
        let cases = try cases()
        #expect(Set(cases.map(\.subset)) == Set(LongBenchSet.allCases.map(\.rawValue)))
        for sample in cases {
            let found = try #require(Metric.longBench.score(sample.answer))
            let isEqual = abs(found - sample.score) < 1e-9
            #expect(isEqual, "\(found) != \(sample.score): \(sample.output.debugDescription)")
        }
    }

    @Test func `the headline stands under its measure's name too, and under no other`() throws {
        for sample in try cases() {
            let set = try #require(LongBenchSet(rawValue: sample.subset))
            for (measure, metric) in zip(LongBenchMeasure.allCases, Metric.longBenchMeasures) {
                let expected = measure == set.measure ? Metric.longBench.score(sample.answer) : nil
                #expect(metric.score(sample.answer) == expected && metric.name == measure.name)
            }
        }
    }

    @Test func `what is of no set of LongBench has no score`() {
        for subset in [nil, "", "trec_e", "wikipedia"] {
            #expect(Metric.longBench.score(Answer(output: "a", references: ["a"], subset: subset)) == nil)
        }
    }

    @Test func `references that a measure cannot use give no score, and outputs of any kind one in range`() {
        for set in LongBenchSet.allCases {
            func score(_ output: String, _ references: [String]) -> Double? {
                Metric.longBench.score(Answer(output: output, references: references, subset: set.rawValue))
            }
            #expect(score("a", []) == nil)
            #expect((score("a", ["no number"]) == nil) == (set.measure == .retrieval))
            for output in ["", "\n", "\r\n", ".", "\u{301}", "😀。", String(repeating: "字 a.", count: 500)] {
                let found = score(output, ["", "Paragraph 1", "段落2 字。"])
                #expect(found.map((0...1).contains) == true, "\(set) \(output.prefix(9))")
            }
        }
    }

    @Test(arguments: [
        ("Person", ["Person"], 1.0), ("Person or Date", ["Person"], 0.5), ("Date", ["Person"], 0.0),
        // A label that is part of the right one is no mistake …
        ("Other city", ["Other city"], 1.0), ("", ["Person"], 0.0),
        // … and only the first line is the answer.
        ("\n\nPerson\nDate", ["Person"], 1.0),
    ])
    func `labels by hand`(_ output: String, _ references: [String], _ expected: Double) {
        let answer = Answer(
            output: output, references: references, choices: ["Person", "Date", "Other city", "city"],
            subset: "trec")
        #expect(Metric.longBench.score(answer) == expected)
    }

    @Test(arguments: [
        ("narrativeqa", "in the city of Oslo", "Oslo", 0.4), ("qasper", "Unanswerable", "unanswerable", 1.0),
        ("passage_count", "7, no 8", "8", 0.5), ("passage_retrieval_en", "Paragraph 3", "Paragraph 30", 0.0),
        ("passage_retrieval_zh", "段落3", "段落3", 1.0), ("lcc", "# sum\n    a + b", "    a + b", 1.0),
        ("lcc", "ab", "abcd", 0.67), ("multifieldqa_zh", "厦门的大学。", "厦门大学", 8.0 / 9),
    ])
    func `scores by hand`(_ subset: String, _ output: String, _ reference: String, _ expected: Double) throws
    {
        let answer = Answer(output: output, references: [reference], subset: subset)
        let found = try #require(Metric.longBench.score(answer))
        #expect(abs(found - expected) < 1e-12)
    }
}
