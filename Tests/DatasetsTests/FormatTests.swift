import Contract
import Datasets
import Foundation
import Records
import Testing

/// What each format makes of a small file as its data is published.
struct FormatTests {
    private static let fixtures = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
        .appendingPathComponent("Fixtures")

    private func format(_ id: String) throws -> any DatasetFormat.Type {
        try #require(allDatasets.first { $0.card.id == id })
    }

    private func read(_ id: String, _ file: String, fields: String = "", questions: String? = nil) throws
        -> Dataset
    {
        var source = DatasetSource("\(id)=\(Self.fixtures.appendingPathComponent(file).path)")
        source.fields = DatasetSource.Option.list(fields)
        source.questions = questions.map { Self.fixtures.appendingPathComponent($0).path }
        return try format(id).open(source).dataset()
    }

    private func expect(_ dataset: Dataset, _ documents: [Document]) {
        #expect(dataset.documents.count == documents.count)
        for (read, expected) in zip(dataset.documents, documents) { #expect(read == expected) }
    }

    private static let oslo = Question(id: "a", text: "What is big?", answers: ["Oslo", "Oslo."])

    @Test func `SQuAD: a paragraph, its article the group; repeated answers once; repeated ids told apart`()
        throws
    {
        let dataset = try read("squad", "squad.json")
        expect(
            dataset,
            [
                Document(
                    id: "0-0", text: "Oslo is big.",
                    questions: [Self.oslo, Question(id: "2", text: "Who is small?", answers: [])], group: "0"),
                Document(
                    id: "0-1", text: "It is 9 km long.",
                    questions: [Question(id: "a@0-1-0", text: "How long?", answers: ["9 km"])], group: "0"),
                Document(id: "1-0", text: "Bergen rains.", questions: [], group: "1"),
            ])
        #expect(dataset.id == "squad:squad.json")
        #expect(dataset.remarks.count == 1 && dataset.remarks[0].contains("1 question ids"))
    }

    @Test func `SQuAD's rows on the Hub: those of one context are one document`() throws {
        expect(
            try read("squad", "squad-hub.jsonl"),
            [
                Document(
                    id: "1", text: "Oslo is big.",
                    questions: [
                        Question(id: "1", text: "What is big?", answers: ["Oslo"]),
                        Question(id: "2", text: "Who is small?", answers: []),
                    ], group: "Oslo"),
                Document(
                    id: "3", text: "Bergen rains.",
                    questions: [Question(id: "3", text: "Where?", answers: ["Bergen"])],
                    group: "Bergen"),
            ])
    }

    @Test func `MRQA: a line a context, behind a header`() throws {
        expect(
            try read("mrqa", "mrqa.jsonl"),
            [
                Document(
                    id: "2", text: "[DOC] Anna sings.",
                    questions: [Question(id: "q1", text: "Who sings?", answers: ["Anna"])])
            ])
    }

    @Test func `LongBench: questions, classes and summaries by subset`() throws {
        expect(
            try read("longbench", "longbench.jsonl"),
            [
                Document(
                    id: "1", text: "安娜唱歌。", questions: [Question(id: "l1", text: "谁唱歌？", answers: ["安娜"])],
                    subset: "multifieldqa_zh"),
                Document(
                    id: "2", text: "Question: Who sings?\nType: Person",
                    questions: [
                        Question(
                            id: "l2", text: "Question: Where is Oslo?\nType:", answers: ["Place"],
                            choices: ["Person", "Place"])
                    ], subset: "trec"),
                Document(
                    id: "3", text: "A long report.", questions: [], summaries: ["A report."],
                    subset: "gov_report"),
                Document(
                    id: "4", text: "Paragraph 1: a\n\nParagraph 2: a",
                    questions: [
                        Question(
                            id: "l4", text: "How many different paragraphs are there, each counted once?",
                            answers: ["1"])
                    ], subset: "passage_count"),
            ])
    }

    @Test func `LongBench v2: the answer is the text of the right choice`() throws {
        expect(
            try read("longbench-v2", "longbench-v2.json"),
            [
                Document(
                    id: "0", text: "Anna sings.",
                    questions: [
                        Question(
                            id: "v1", text: "Who sings?", answers: ["Anna"],
                            choices: ["Erik", "Anna", "Lars", "Nobody"])
                    ], subset: "Single-Document QA")
            ])
    }

    @Test
    func `RULER: the last line asks; all outputs are the answer, or any where documents are asked about`()
        throws
    {
        expect(
            try read("ruler", "ruler.jsonl"),
            [
                Document(
                    id: "1",
                    text: "A special magic number is hidden within the following text.\nGrass is green.",
                    questions: [
                        Question(
                            id: "1", text: "What are the special magic numbers for Oslo? They are",
                            answers: ["17, 18"])
                    ]),
                Document(
                    id: "2", text: "Answer the question based on the given documents.\nOslo is big.",
                    questions: [
                        Question(
                            id: "2", text: "Question: What is big? Answer:", answers: ["Oslo", "the city"])
                    ]),
            ])
    }

    @Test func `SCBench: each turn is a question`() throws {
        expect(
            try read("scbench", "scbench.jsonl"),
            [
                Document(
                    id: "7", text: "Anna sings. Erik flies.",
                    questions: [
                        Question(id: "1-0", text: "Who sings?", answers: ["Anna", "Anna."]),
                        Question(
                            id: "1-1", text: "Who flies?", answers: ["Erik"], choices: ["Anna", "Erik"]),
                        Question(id: "1-2", text: "Find all variables that are 3.", answers: ["X1 X2"]),
                    ])
            ])
    }

    @Test func `NarrativeQA: questions of a story, behind its summary or the story`() throws {
        func documents(_ first: String, _ second: String) -> [Document] {
            [
                Document(
                    id: "d1", text: first,
                    questions: [
                        Question(id: "2", text: "Who sings?", answers: ["Anna", "Anna, the singer"]),
                        Question(id: "3", text: "Who flies?", answers: ["Erik"]),
                    ], subset: "test"),
                Document(
                    id: "d2", text: second,
                    questions: [Question(id: "4", text: "Where?", answers: ["Oslo", "In Oslo"])],
                    subset: "train"),
            ]
        }
        expect(
            try read("narrativeqa", "narrativeqa"), documents(" Anna sings.\nErik \"flies\".", "It is Oslo."))
        expect(
            try read("narrativeqa", "narrativeqa", fields: "context=story"),
            documents("The whole story of Anna and Erik.\n", "The whole story of Oslo.\n"))
        #expect(throws: DatasetError.self) { try read("narrativeqa", "narrativeqa", fields: "context=plot") }
        #expect(throws: DatasetError.self) { try read("narrativeqa", "texts") }
    }

    @Test func `PubMedQA: yes, no or maybe, explained`() throws {
        expect(
            try read("pubmedqa", "pubmedqa.json"),
            [
                Document(
                    id: "21645374", text: "Plants were heard.\nNone sang.",
                    questions: [
                        Question(
                            id: "21645374", text: "Do plants sing?", answers: ["no"],
                            choices: ["yes", "no", "maybe"],
                            explanation: "Plants do not sing.")
                    ])
            ])
    }

    @Test func `QMSum: general queries are summaries, specific ones questions`() throws {
        expect(
            try read("qmsum", "qmsum.jsonl"),
            [
                Document(
                    id: "1", text: "Anna: Red ones.\nErik: Good.",
                    questions: [
                        Question(id: "1-0", text: "What did Anna want?", answers: ["Anna wanted red ones."])
                    ], summaries: ["Buttons were chosen."])
            ])
    }

    @Test func `SciTLDR: several summaries`() throws {
        expect(
            try read("scitldr", "scitldr.jsonl"),
            [
                Document(
                    id: "S1", text: "We sing. It helps.", questions: [],
                    summaries: ["Singing helps.", "We sing, which helps."])
            ])
    }

    @Test func `DROP: numbers, spans and dates`() throws {
        expect(
            try read("drop", "drop.json"),
            [
                Document(
                    id: "nfl_1", text: "They won 3 games in May and June.",
                    questions: [
                        Question(id: "d1", text: "How many?", answers: ["3", "3 games"]),
                        Question(id: "d2", text: "When?", answers: ["1 May"]),
                        Question(id: "d3", text: "Which months?", answers: ["May, June"]),
                    ])
            ])
    }

    @Test func `QuAC: a question behind the turns before it`() throws {
        let first = "Q: What does she do?\nA: sings in Oslo\n"
        let dataset = try read("quac", "quac.json")
        expect(
            dataset,
            [
                Document(
                    id: "0-0", text: "Anna sings in Oslo.",
                    questions: [
                        Question(id: "C_1_q#0", text: "What does she do?", answers: ["Anna sings", "sings"]),
                        Question(id: "C_1_q#1", text: "\(first)Q: Why?", answers: []),
                        Question(
                            id: "C_1_q#1@0-0-2", text: "\(first)Q: Why?\nA: I cannot answer that.\nQ: Where?",
                            answers: ["Oslo"]),
                    ], group: "0")
            ])
        #expect(dataset.remarks.count == 1)
    }

    @Test func `CoQA: answers of several people, turns before a question`() throws {
        expect(
            try read("coqa", "coqa.json"),
            [
                Document(
                    id: "c1", text: "Anna sings in Oslo.",
                    questions: [
                        Question(id: "c1-0", text: "Who sings?", answers: ["Anna", "Anna does"]),
                        Question(id: "c1-1", text: "Q: Who sings?\nA: Anna\nQ: Why?", answers: []),
                    ], subset: "mctest")
            ])
    }

    @Test func `QASPER: a paper's text, answers of four kinds`() throws {
        expect(
            try read("qasper", "qasper.json"),
            [
                Document(
                    id: "1909.00694",
                    text: "Singing\n\nWe sing.\n\nIntroduction\nWe sang.\nLong.\n\nThe end.",
                    questions: [
                        Question(id: "p1", text: "What?", answers: ["We, sing", "singing"]),
                        Question(id: "p2", text: "Long?", answers: ["Yes"]),
                        Question(id: "p3", text: "Who?", answers: []),
                    ])
            ])
    }

    @Test func `DuoRC: plots`() throws {
        expect(
            try read("duorc", "duorc.json"),
            [
                Document(
                    id: "m1", text: "Anna sings.",
                    questions: [
                        Question(id: "k1", text: "Who sings?", answers: ["Anna"]),
                        Question(id: "k2", text: "Who flies?", answers: []),
                    ])
            ])
    }

    @Test(arguments: [("hotpotqa.json", "0"), ("hotpotqa-hub.jsonl", "1")])
    func `HotpotQA: paragraphs behind their titles`(_ file: String, _ id: String) throws {
        expect(
            try read("hotpotqa", file),
            [
                Document(
                    id: id, text: "Anna\nAnna sings. She lives in Oslo.\n\nErik\nErik flies.",
                    questions: [Question(id: "h1", text: "Where does the singer live?", answers: ["Oslo"])])
            ])
    }

    @Test func `GSM8K: a problem, its steps and its number`() throws {
        expect(
            try read("gsm8k", "gsm8k.jsonl"),
            [
                Document(
                    id: "1", text: "",
                    questions: [
                        Question(
                            id: "1", text: "Two boxes hold 1,000 pens each. How many pens?",
                            answers: ["2000"],
                            explanation: "Each holds 1000.\nTogether 2*1000=<<2*1000=2000>>2000.")
                    ])
            ])
    }

    @Test(arguments: [
        ("jsonl", "own.jsonl", "Anna sings. Erik flies.", "It rains in Bergen.", ["1", "2", "4"], ["Anna"]),
        (
            "csv", "own.csv", "Anna sings.\nErik flies.", "It rains, in Bergen.", ["2", "4", "6"],
            ["Anna", "Anna B."]
        ),
    ])
    func `data of one's own: records with the same context are one document`(
        _ id: String, _ file: String, _ text: String, _ other: String, _ ids: [String], _ answers: [String]
    ) throws {
        expect(
            try read(id, file),
            [
                Document(
                    id: ids[0], text: text,
                    questions: [
                        Question(id: ids[0], text: "Who sings?", answers: answers),
                        Question(id: ids[1], text: "Who flies?", answers: ["Erik"]),
                    ]),
                Document(id: ids[2], text: other, questions: [], summaries: ["Rain."]),
            ])
    }

    @Test func `texts: a file, a folder, questions beside them`() throws {
        expect(
            try read("text", "texts", questions: "questions.jsonl"),
            [
                Document(
                    id: "a.txt", text: "Anna sings.\n",
                    questions: [Question(id: "1", text: "Who sings?", answers: ["Anna"])]),
                Document(
                    id: "more/b.txt", text: "Erik flies.\n",
                    questions: [
                        Question(id: "2", text: "Who flies?", answers: ["Erik"], choices: ["Anna", "Erik"])
                    ]),
            ])
        expect(
            try read("text", "texts/readme.md"),
            [Document(id: "readme.md", text: "not this\n", questions: [])])
        let error = #expect(throws: DatasetError.self) {
            try read("text", "texts/a.txt", questions: "questions.jsonl")
        }
        #expect(
            error?.description.contains("document is 'more/b.txt', expected one of the texts' names") == true)
    }

    @Test func `each file is of one format, by what it begins with`() throws {
        let general = [
            "own.jsonl": ["jsonl"], "questions.jsonl": ["jsonl"], "own.csv": ["csv"], "texts": ["text"],
            "squad.json": ["squad"], "quac.json": ["quac"], "coqa.json": ["coqa"], "drop.json": ["drop"],
            "qasper.json": ["qasper"], "squad-hub.jsonl": ["jsonl", "squad"],
            "hotpotqa-hub.jsonl": ["hotpotqa", "jsonl"],
        ]
        for name in try FileManager.default.contentsOfDirectory(atPath: Self.fixtures.path) {
            let file = try FileBeginning(of: Self.fixtures.appendingPathComponent(name))
            let found = allDatasets.filter { $0.recognizes(file) }.map { $0.card.id }.sorted()
            let base = String(name.prefix { $0 != "." })
            #expect(found == general[name] ?? (name == base ? [base] : [base, "jsonl"].sorted()), "\(name)")
        }
    }

    @Test func `a format that reads files says where its data is from and what becomes what`() {
        for card in allDatasets.map({ $0.card })
        where card.usage.contains("=PATH") || card.usage.contains("=FOLDER") {
            #expect(
                card.shape != nil && card.reading != nil && (card.source != nil || card.isGeneral),
                "\(card.id)")
        }
    }
}
