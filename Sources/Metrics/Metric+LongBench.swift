import Contract

extension Metric {
    /// What LongBench scores the item's set by; nil where the item is of none of its sets.
    public static let longBench = Metric(id: "longbench", name: "LongBench") { answer in
        answer.longBenchSet.flatMap { score(answer, of: $0) }
    }

    /// The same under the measure's own name; nil where the item's set has another one.
    public static let longBenchMeasures = LongBenchMeasure.allCases.map { measure in
        Metric(id: "longbench_\(measure.rawValue)", name: measure.name) { answer in
            answer.longBenchSet.flatMap { $0.measure == measure ? score(answer, of: $0) : nil }
        }
    }

    private static func score(_ answer: Answer, of set: LongBenchSet) -> Double? {
        let output = set.isAnsweredInALine ? answer.output.firstLineWithText : answer.output
        return set.measure.score(output, answer.references, choices: answer.choices)
    }
}

extension Answer {
    fileprivate var longBenchSet: LongBenchSet? { subset.flatMap(LongBenchSet.init) }
}
