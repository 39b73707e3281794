import Contract
import Datasets
import Foundation
import Metrics
import Tasks
import Testing

/// LongBench's sets in its published words: Fixtures/longbench.json has its prompts and limits
/// (Tests/References/longbench.py).
struct LongBenchTests {
    private struct Published: Decodable {
        let prompt: String
        let limit: Int
    }

    private static let summaries: Set<LongBenchSet> = [.govReport, .multiNews, .vcSum]

    private func published() throws -> [String: Published] {
        let url = try #require(Bundle.module.url(forResource: "Fixtures/longbench", withExtension: "json"))
        return try JSONDecoder().decode([String: Published].self, from: Data(contentsOf: url))
    }

    private func document(_ subset: String?, question: String = "Who {context}?") -> Document {
        Document(
            id: "d", text: "Anna sings.",
            questions: [
                Question(id: "q", text: question, answers: ["Anna", "Anna B."], choices: ["Anna", "Erik"]),
                Question(id: "none", text: "Who flies?", answers: []),
            ], summaries: ["Singing."], subset: subset)
    }

    private func items(_ documents: [Document]) -> [Item] {
        let dataset = Dataset(id: "longbench", documents: documents)
        return documents.flatMap { Tasks.LongBench().items(of: $0, in: dataset) }
    }

    @Test func `every set is asked in its published words, with its published limit`() throws {
        let published = try published()
        #expect(Set(published.keys) == Set(LongBenchSet.allCases.map(\.rawValue)))
        for set in LongBenchSet.allCases {
            let (expected, items) = (try #require(published[set.rawValue]), items([document(set.rawValue)]))
            let item = try #require(items.first)
            #expect(items.count == 1 && item.subset == set.rawValue)
            #expect(item.outputLimit == .tokens(expected.limit))
            let prompt = item.prompt
            #expect(prompt.form != .paragraphs && prompt.system == nil)
            #expect(prompt.instruction.isEmpty && prompt.answerPrefix.isEmpty)
            // The question goes in last, so that what it holds stays as it is.
            let parts = expected.prompt.components(separatedBy: "{context}")
            #expect(parts.count == 2 && prompt.before == parts[0], "\(set)")
            #expect(prompt.request == parts[1].replacing("{input}", with: "Who {context}?"), "\(set)")
        }
    }

    @Test func `sets of summaries have the summaries for references, the others the answers`() throws {
        for set in LongBenchSet.allCases {
            let item = try #require(items([document(set.rawValue)]).first)
            let isSummary = Self.summaries.contains(set)
            #expect(item.id == (isSummary ? "d-summary" : "q"))
            #expect(item.references == (isSummary ? ["Singing."] : ["Anna", "Anna B."]))
            #expect(item.choices == (isSummary ? [] : ["Anna", "Erik"]))
            #expect(item.prompt.question == (isSummary ? nil : "Who {context}?"))
            #expect(item.prompt.purpose == (isSummary ? .summary : .answer))
        }
    }

    @Test func `sets of examples and of code are asked without a chat's turns`() throws {
        let plain = LongBenchSet.allCases.filter {
            items([document($0.rawValue)]).first?.prompt.form == .plainVerbatim
        }
        #expect(plain == [.trec, .triviaQA, .samSum, .lsht, .lcc, .repoBench])
    }

    @Test func `documents of two sets are each asked as theirs, of none not at all`() {
        let documents = ["trec", nil, "lcc", "mctest", "trec_e"].map { document($0) }
        let items = items(documents)
        #expect(items.map(\.subset) == ["trec", "lcc"])
        #expect(Set(items.map(\.prompt.before)).count == 2)
        let empty = Document(id: "e", text: "", questions: document("trec").questions, subset: "trec")
        #expect(self.items([empty]).isEmpty)
        #expect(self.items([Document(id: "n", text: "Text.", questions: [], subset: "vcsum")]).isEmpty)
    }

    @Test func `published records are asked, LongBench-E's by the set's own name`() throws {
        let file = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
            .appendingPathComponent("../DatasetsTests/Fixtures/longbench.jsonl").standardized
        let data = try Datasets.LongBench.open(DatasetSource("longbench=\(file.path)")).dataset()
        let items = items(data.documents)
        // The second record's set is written trec_e.
        #expect(items.map(\.subset) == ["multifieldqa_zh", "trec", "gov_report", "passage_count"])
        let scores = items.map {
            Metric.longBench.score(
                Answer(
                    output: $0.references[0], references: $0.references, choices: $0.choices,
                    subset: $0.subset))
        }
        #expect(scores.compactMap { $0 }.count == 4 && scores.compactMap { $0 }.allSatisfy { $0 > 0.999 })
        #expect(items[1].prompt.request == "\nQuestion: Where is Oslo?\nType:")
        #expect(items[3].prompt.request.hasSuffix("The final answer is: "))
    }

    @Test func `its headline is its own, and its tables name the measure`() {
        let metrics = Tasks.LongBench.card.metrics.map(\.id)
        #expect(metrics.first == "longbench" && Set(metrics).count == metrics.count)
        #expect(metrics.contains("longbench_character_f1") && !Tasks.LongBench.card.isOnRequest)
    }
}
