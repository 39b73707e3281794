import Segmentation
import Testing

/// Sentences as golden rules and marked texts want them (Tests/References/segmentation.py).
struct SentenceTests {
    private struct Case: Decodable {
        let group: String
        let sentences: [String]
        /// Who says the same: pysbd, ICU, ICU with suppressions.
        let same: [String]
    }

    /// Where we mean to differ from the golden rules, and what we say.
    private static let ours: [String: [String]] = [
        // Only sense tells the a.m. before a name that goes on from the P.M. that ends.
        "At 5 a.m. Mr. Smith went to the bank. He left the bank at 6 P.M. Mr. Smith then went to the store.":
            [
                "At 5 a.m. Mr. Smith went to the bank. ",
                "He left the bank at 6 P.M. Mr. Smith then went to the store.",
            ],
        // Numbered items within a line look like numbers that end sentences.
        "1.) The first item 2.) The second item": ["1.) The first item 2.) ", "The second item"],
        "1) The first item 2) The second item": ["1) The first item 2) The second item"],
        "1. The first item 2. The second item": ["1. The first item 2. ", "The second item"],
        "a. The first item b. The second item c. The third list item": [
            "a. The first item b. ", "The second item c. ", "The third list item",
        ],
        // The rule has three of four full stops begin the next sentence.
        """
        One further habit which was somewhat weakened . . . was that of combining words into self-interpreting \
        compounds. . . . The practice was not abandoned. . . .
        """: [
            """
            One further habit which was somewhat weakened . . . was that of combining words into \
            self-interpreting compounds. . . .\u{20}
            """, "The practice was not abandoned. . . .",
        ],
    ]

    @Test func `42 of 48 golden rules hold, and six differ on purpose`() throws {
        let golden = try fixture("sentences", as: [Case].self).filter { $0.group == "golden" }
        #expect(golden.count == 48)
        var differing: Set<String> = []
        for rule in golden {
            let text = rule.sentences.joined()
            let found = pieces(of: text, at: Segmentation.sentences(in: text))
            if found != rule.sentences {
                differing.insert(text)
                #expect(found == Self.ours[text])
            }
        }
        #expect(differing == Set(Self.ours.keys))
    }

    @Test(arguments: ["real", "zh", "ja", "hi", "ar", "ru", "de"])
    func `marked texts are split where the marks are`(_ group: String) throws {
        let cases = try fixture("sentences", as: [Case].self).filter { $0.group == group }
        #expect(!cases.isEmpty)
        for sample in cases {
            let text = sample.sentences.joined()
            let found = pieces(of: text, at: Segmentation.sentences(in: text))
            #expect(found == sample.sentences, "the same say \(sample.same)")
        }
    }

    @Test(arguments: [
        ("Mr. Then he left.", 1), ("Acme Inc. Then he left.", 2), ("Acme Inc. Chairman Bob left.", 1),
        ("No. 5 is here.", 1), ("No. Five is here.", 2), ("Fig. B is here.", 1), ("Vol. IV is here.", 1),
        ("A. N. Other", 1), ("Team B. Another came.", 2), ("In the U.S. A. Smith won.", 1),
        ("It is etc. Smith said so.", 2), ("Brown v. Board of Education", 1), ("Samuel P. Huntington", 1),
    ])
    func `abbreviations end sentences as their list says`(_ text: String, _ count: Int) {
        #expect(Segmentation.sentences(in: text).count == count)
    }

    @Test(arguments: [
        ("a\nB c", ["a\n", "B c"]), ("a,\nB c", ["a,\nB c"]), ("a\nb c", ["a\nb c"]),
        (String(repeating: "a", count: 60) + "\nB", [String(repeating: "a", count: 60) + "\n", "B"]),
        (String(repeating: "a", count: 61) + "\nB", [String(repeating: "a", count: 61) + "\nB"]),
        ("A. b\r\n\r\nc\rd\u{2029}e", ["A. b\r\n\r\n", "c\rd\u{2029}", "e"]),
        (" \n a. \n\n ", [" \n a. \n\n "]), ("a \t\n \n\tb", ["a \t\n \n\t", "b"]),
    ])
    func `lines end sentences as documented`(_ text: String, _ sentences: [String]) {
        #expect(pieces(of: text, at: Segmentation.sentences(in: text)) == sentences)
    }
}
