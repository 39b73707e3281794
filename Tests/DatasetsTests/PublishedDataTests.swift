import Contract
import Datasets
import Foundation
import Testing

/// Counts of published files, where a folder has them: `PICBENCH_DATA=FOLDER swift test`.
@Suite(.enabled(if: ProcessInfo.processInfo.environment["PICBENCH_DATA"] != nil))
struct PublishedDataTests {
    private struct Counts: Equatable {
        var documents = 0, questions = 0, unanswerable = 0, summaries = 0, groups = 0
    }

    @Test(arguments: [
        ("squad=squad/dev-v1.1.json", Counts(documents: 2067, questions: 10570, groups: 48)),
        (
            "squad=squad/squad2_dev_small.json",
            Counts(documents: 87, questions: 626, unanswerable: 333, groups: 2)
        ),
        ("squad=qa_samples/allennlp_squad.json", Counts(documents: 2, questions: 5, groups: 1)),
        (
            "squad=qa_samples/allennlp_squad2.json",
            Counts(documents: 2, questions: 6, unanswerable: 1, groups: 1)
        ),
        ("squad=qa_samples/allennlp_quoref_sample.json", Counts(documents: 2, questions: 4, groups: 2)),
        ("drop=qa_samples/allennlp_drop.json", Counts(documents: 3, questions: 19)),
        ("quac=qa_samples/allennlp_quac_sample.json", Counts(documents: 2, questions: 12, groups: 2)),
        ("qasper=qa_samples/qasper_sample_small.json", Counts(documents: 1, questions: 4, unanswerable: 1)),
        ("duorc=qa_samples/hf_duorc_SelfRC_dev.json", Counts(documents: 5, questions: 68, unanswerable: 2)),
        ("pubmedqa=pubmedqa/ori_pqal.json", Counts(documents: 1000, questions: 1000)),
        ("longbench=longbench/multifieldqa_zh.first40.jsonl", Counts(documents: 40, questions: 40)),
        ("ruler=ruler/niah_multikey_3.4096.first100.jsonl", Counts(documents: 100, questions: 100)),
        ("qmsum=qmsum/test.first10.jsonl", Counts(documents: 10, questions: 65, summaries: 10)),
        ("scitldr=scitldr/test.jsonl", Counts(documents: 618, summaries: 1967)),
        ("gsm8k=gsm8k/test.jsonl", Counts(documents: 1319, questions: 1319)),
        ("gsm8k=gsm8k/train.jsonl", Counts(documents: 7473, questions: 7473)),
        ("narrativeqa=narrativeqa/sample", Counts(documents: 3, questions: 3)),
        ("csv=narrativeqa/documents.csv", Counts(documents: 1572)),
        ("text=books/gutenberg", Counts(documents: 13)), ("text=wikitext-2/test.txt", Counts(documents: 1)),
    ])
    private func `a file has as many records as its description says`(_ name: String, _ expected: Counts)
        throws
    {
        let folder = ProcessInfo.processInfo.environment["PICBENCH_DATA"] ?? ""
        var source = DatasetSource(name.replacing(/=/, with: "=\(folder)/", maxReplacements: 1))
        if source.format == "csv" { source.fields = DatasetSource.Option.list("context=wiki_title") }
        let format = try #require(allDatasets.first { $0.card.id == source.format })
        var reader = try format.open(source).reader()
        var (counts, groups): (Counts, Set<String>) = (Counts(), [])
        while let document = try reader.next() {
            counts.documents += 1
            counts.questions += document.questions.count
            counts.unanswerable += document.questions.filter { $0.answers.isEmpty }.count
            counts.summaries += document.summaries.count
            if let group = document.group { groups.insert(group) }
        }
        counts.groups = groups.count
        #expect(counts == expected)
        #expect(reader.remarks.allSatisfy { $0.contains("more than once") }, "\(reader.remarks)")
    }
}
