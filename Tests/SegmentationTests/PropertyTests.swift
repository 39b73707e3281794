import Segmentation
import Testing

/// Word_Break and Sentence_Break of every scalar of Unicode 16 against uniseg
/// (Tests/References/segmentation.py).
struct PropertyTests {
    /// First scalar, last scalar, value; what is left out is Other.
    private struct Run: Decodable {
        let range: ClosedRange<UInt32>
        let value: String

        init(from decoder: any Decoder) throws {
            var fields = try decoder.unkeyedContainer()
            let first = try fields.decode(UInt32.self)
            range = first...(try fields.decode(UInt32.self))
            value = try fields.decode(String.self)
        }
    }

    @Test func `Word_Break`() throws {
        try check(0, { WordBreak($0).names })
    }

    @Test func `Sentence_Break`() throws {
        try check(1, { SentenceBreak($0).names })
    }

    private func check(_ property: Int, _ names: (Unicode.Scalar) -> Set<String>) throws {
        let runs = try fixture("properties", as: [[Run]].self)[property]
        var values: [UInt32: String] = [:]
        for run in runs { for value in run.range { values[value] = run.value } }
        var wrong: [String] = []
        for scalar in (0...0x10FFFF).lazy.compactMap({ Unicode.Scalar($0 as UInt32) }) where scalar.isKnown {
            let expected = values[scalar.value, default: "Other"]
            if !names(scalar).contains(expected) {
                wrong.append("\(String(scalar.value, radix: 16)): \(expected)")
            }
        }
        #expect(wrong.isEmpty)
    }
}

extension Unicode.Scalar {
    /// In Unicode 16 and since unchanged: U+0295 lost its case in Unicode 17.
    fileprivate var isKnown: Bool {
        value != 0x295 && properties.age.map { ($0.major, $0.minor) <= (16, 0) } ?? true
    }
}

extension WordBreak {
    /// The standard's names of what the case holds.
    fileprivate var names: Set<String> {
        switch self {
        case .other: ["Other"]
        case .newline: ["CR", "LF", "Newline"]
        case .space: ["WSegSpace"]
        case .extend: ["Extend", "Format"]
        case .joiner: ["ZWJ"]
        case .regionalIndicator: ["Regional_Indicator"]
        case .letter: ["ALetter"]
        case .hebrewLetter: ["Hebrew_Letter"]
        case .katakana: ["Katakana"]
        case .numeric: ["Numeric"]
        case .underscore: ["ExtendNumLet"]
        case .singleQuote: ["Single_Quote"]
        case .doubleQuote: ["Double_Quote"]
        case .midLetter: ["MidLetter"]
        case .midNumber: ["MidNum"]
        case .midEither: ["MidNumLet"]
        }
    }
}

extension SentenceBreak {
    /// The standard's names of what the case holds.
    fileprivate var names: Set<String> {
        switch self {
        case .other: ["Other"]
        case .newline: ["CR", "LF", "Sep"]
        case .space: ["Sp"]
        case .extend: ["Extend", "Format"]
        case .lower: ["Lower"]
        case .upper: ["Upper"]
        case .letter: ["OLetter"]
        case .numeric: ["Numeric"]
        case .fullStop: ["ATerm"]
        case .terminator: ["STerm"]
        case .close: ["Close"]
        case .continuation: ["SContinue"]
        }
    }
}
