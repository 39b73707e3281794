import Contract
import Metrics
import Testing

/// Scores of what a model says in its own way, against values worked out by hand.
struct AnswerTests {
    private func score(_ metric: Metric, _ output: String, _ references: [String]) -> Double? {
        metric.score(Answer(output: output, references: references))
    }

    @Test(arguments: [
        ("It was broadcasted by CBS.", ["CBS"], 1.0), ("The C.B.S. network", ["cbs"], 1),
        ("CBSN", ["CBS"], 0), ("the big apple pie", ["apple tart", "big apple"], 1), ("", ["CBS"], 0),
        ("", [], 1), ("something", [], 0),
    ])
    func `a sentence contains its answer`(_ output: String, _ references: [String], _ expected: Double) {
        #expect(score(.contains, output, references) == expected)
    }

    @Test(arguments: [
        ("He pays 3 x $4 = $12. The answer is 1,200.", ["1200"], 1.0), ("12 apples, then 13", ["12"], 0),
        ("-3.50", ["-3.5"], 1), ("no number", ["7"], 0), ("Sports. It is about football", ["sports"], 1),
        ("world sports", ["sports"], 0),
    ])
    func `an answer comes to a number or a label`(
        _ output: String, _ references: [String], _ expected: Double
    ) {
        #expect(score(.finalAnswer, output, references) == expected)
    }

    @Test func `scores of answerable and unanswerable items are apart`() {
        let has = Metric.exactMatch.ofItems(answerable: true)
        let none = Metric.exactMatch.ofItems(answerable: false)
        #expect(score(has, "Oslo", ["Oslo"]) == 1 && score(none, "Oslo", ["Oslo"]) == nil)
        #expect(score(has, "unanswerable", []) == nil && score(none, "Unanswerable.", []) == 1)
        #expect(score(none, "Oslo", []) == 0 && score(.f1, "unanswerable", ["Oslo"]) == 0)
    }
}
