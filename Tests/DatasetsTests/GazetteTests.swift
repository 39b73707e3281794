import Contract
import Datasets
import Foundation
import Seeding
import Testing

struct GazetteTests {
    @Test func `the same seed gives the same documents, another seed others`() {
        let a = Gazette(split: .test).dataset(subjects: [2, 8], documents: 6, seed: 3)
        let b = Gazette(split: .test).dataset(subjects: [2, 8], documents: 6, seed: 3)
        let c = Gazette(split: .test).dataset(subjects: [2, 8], documents: 6, seed: 4)
        #expect(a.documents == b.documents && a.documents != c.documents)
    }

    @Test func `a stream makes the documents that are wanted, the same ones`() throws {
        let source = DatasetSource("gazette:subjects=2,documents=1000000,seed=3")
        let stream = try Gazette.open(source)
        var reader = try stream.reader()
        let first = [try reader.next(), try reader.next()]
        let made = Gazette(split: .test).dataset(subjects: [2], documents: 2, seed: 3)
        #expect(first == made.documents && stream.count == 1_000_000 && stream.isShuffled)
    }

    @Test func `every answer and every part of the digest is in the document`() {
        for document in Gazette(split: .train).dataset(subjects: [1, 4, 12], documents: 60, seed: 1).documents
        {
            for question in document.questions {
                #expect(
                    question.answers.allSatisfy { document.text.contains($0) },
                    "\(question) in \(document.text)")
            }
            let summary = document.summary ?? ""
            let parts = summary.split { ":,.".contains($0) }.map { $0.trimmingCharacters(in: .whitespaces) }
            #expect(!parts.isEmpty && parts.allSatisfy { document.text.contains($0) })
        }
    }

    @Test func `a question has one subject and one fact that answer it`() {
        for document in Gazette(split: .test).dataset(subjects: [8], documents: 40, seed: 1).documents {
            let texts = document.questions.map(\.text)
            #expect(Set(texts).count == texts.count, "\(texts.sorted())")
            #expect((32...48).contains(texts.count))
        }
    }

    @Test func `names of the test split are in no other`() {
        func heads(_ split: Gazette.Split) -> Set<String> {
            let documents = Gazette(split: split).dataset(subjects: [6], documents: 300, seed: 1).documents
            return Set(
                documents.flatMap {
                    ($0.summary ?? "").split(separator: ". ").map { String($0.prefix { $0 != ":" }) }
                })
        }
        let test = heads(.test)
        #expect(test.count > 200)
        #expect(test.isDisjoint(with: heads(.train)) && test.isDisjoint(with: heads(.validation)))
    }

    @Test(arguments: [
        "gazette:subjects=0", "gazette:subjects=99", "gazette:size=3", "gazette:seed=x", "gazette=file.json",
        "squad=/none", "squad", "squad:a=1",
    ])
    func `a dataset that is none is named in one line`(_ text: String) {
        let source = DatasetSource(text)
        let format = allDatasets.first { $0.card.id == source.format }
        let error = #expect(throws: DatasetError.self) { try format?.open(source) }
        #expect(error?.description.contains("\n") == false)
    }
}
