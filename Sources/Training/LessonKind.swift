/// What is learned of a text.
enum LessonKind: String, CaseIterable {
    /// The text itself, word for word.
    case readBack
    /// What follows it.
    case continuation
    /// What is asked about it.
    case answers

    /// What a text must have for it.
    func need(_ lengths: ClosedRange<Int>) -> String {
        switch self {
        case .answers:
            "texts of \(lengths.lowerBound) to \(lengths.upperBound) tokens that something is asked about"
        case .readBack: "a text of at least \(lengths.lowerBound) tokens"
        case .continuation:
            "a text of at least \(lengths.lowerBound) tokens and those of the continuation behind them"
        }
    }
}

/// How often each kind of lesson comes, relative to the others.
public struct LessonMixture: Codable, Equatable, Sendable {
    public var readBack: Double?
    public var continuation: Double?
    public var answers: Double?

    subscript(kind: LessonKind) -> Double {
        switch kind {
        case .readBack: readBack ?? 0
        case .continuation: continuation ?? 0
        case .answers: answers ?? 0
        }
    }

    var kinds: [LessonKind] { LessonKind.allCases.filter { self[$0] > 0 } }

    var total: Double { kinds.reduce(0) { $0 + self[$1] } }

    /// The kind that a number from 0 to 1 falls to.
    func drawn(at unit: Double) -> LessonKind {
        var left = unit * total
        let drawn = kinds.first {
            left -= self[$0]
            return left < 0
        }
        return drawn ?? kinds.last ?? .continuation
    }

    /// The mixture of a method that reads nothing back: it goes on with texts in that time, or answers where there
    /// are questions alone besides.
    var withoutReadingBack: LessonMixture {
        guard self[.readBack] > 0 else { return self }
        return self[.answers] > 0 && self[.continuation] == 0
            ? LessonMixture(answers: total)
            : LessonMixture(continuation: self[.continuation] + self[.readBack], answers: answers)
    }
}
