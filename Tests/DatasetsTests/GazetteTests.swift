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

    @Test(arguments: [
        ("Where was Vell Halvorsen born?", "town"), ("What is the birth year of Vell?", "year"),
        ("Who employs Vell?", "company"), ("What is in the same town as the Lantern Fair?", nil),
        ("Is Vell Halvorsen told of?", nil),
    ])
    func `what is asked for is known by the question`(_ question: String, _ kind: String?) {
        #expect(Gazette.valueKind(askedIn: question) == kind)
    }

    @Test func `every question about a fact asks for a kind of value`() {
        for document in Gazette(split: .test).dataset(subjects: [8], documents: 20, seed: 1).documents {
            #expect(document.questions.allSatisfy { Gazette.valueKind(askedIn: $0.text) != nil })
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

    // MARK: - Prose

    private func prose(_ split: Gazette.Split, subjects: [Int] = [8], documents: Int = 40) -> [Document] {
        Gazette(split: split, style: .prose).dataset(subjects: subjects, documents: documents, seed: 1)
            .documents
    }

    /// The fact or the gist that a question is about, as its identifier ends.
    private func kind(_ question: Question) -> String {
        String(question.id.split(separator: "-", maxSplits: 2).last ?? "")
    }

    @Test func `prose tells every fact at least twice, in 600 to 1,700 words`() {
        for document in prose(.train) {
            let facts = document.questions.filter { kind($0).contains(".") }
            #expect((32...48).contains(facts.count))
            for question in facts {
                #expect(
                    document.text.components(separatedBy: question.answers[0]).count > 2,
                    "\(question) in \(document.text)")
            }
            let words = document.text.split(separator: " ").count
            #expect((600...1700).contains(words), "\(words) words")
        }
    }

    @Test func `what a gist answers is so`() {
        for document in prose(.test, subjects: [1, 2, 8, 12]) {
            let subjects = (document.summary ?? "").dropLast().split(separator: ". ").map {
                String($0.prefix { $0 != ":" })
            }
            for question in document.questions where !kind(question).contains(".") {
                let answer = question.answers[0]
                switch kind(question) {
                case "mentioned":
                    let name = question.text.dropFirst(3).dropLast(" told of?".count)
                    #expect((answer == "yes") == subjects.contains(String(name)))
                    #expect((answer == "yes") == document.text.contains(name))
                case "shared-town":
                    // Each of the two is the other's answer.
                    let name = String(question.text.dropLast()).replacing(
                        "What is in the same town as ", with: ""
                    )
                    .replacing("the ", with: "")
                    #expect(
                        document.questions.contains {
                            $0.text.hasSuffix(" \(answer)?") && $0.answers == [name]
                                && kind($0) == "shared-town"
                        })
                    let towns = document.questions.filter {
                        ["person.home", "company.hq", "event.place", "place.town"].contains(kind($0))
                    }
                    func town(_ name: some StringProtocol) -> String? {
                        towns.first { $0.text.contains(name) }?.answers[0]
                    }
                    #expect(town(name) != nil && town(name) == town(answer))
                    #expect(towns.filter { $0.answers[0] == town(name) }.count == 2)
                case "count":
                    #expect(
                        ["none", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine"]
                            .contains(answer))
                case "most": #expect(["people", "companies", "events", "places"].contains(answer))
                case let other: Issue.record("a question of kind \(other)")
                }
            }
        }
    }

    @Test func `statements, people and companies are held out of prose that is learned from`() {
        func text(_ split: Gazette.Split) -> String {
            prose(split, documents: 150).map(\.text).joined(separator: " ")
        }
        let (test, train) = (text(.test), text(.train))
        for held in ["By all accounts,", "Leaving ", "The plans of the ", " draws wages from "] {
            #expect(test.contains(held) && !train.contains(held))
        }
        func names(_ documents: [Document]) -> Set<String> {
            Set(
                documents.flatMap(\.questions).filter {
                    ["person.employer", "company.founder", "event.winner", "place.owner"].contains(kind($0))
                }.flatMap(\.answers))
        }
        let (told, learned) = (names(prose(.test)), names(prose(.train, documents: 150)))
        #expect(told.count > 100 && told.isDisjoint(with: learned))
    }

    @Test func `facts and gist are asked apart where that is wanted`() throws {
        func kinds(_ options: String) throws -> Set<Bool> {
            let stream = try Gazette.open(DatasetSource("gazette:documents=3,style=prose\(options)"))
            return Set(try stream.dataset().documents.flatMap(\.questions).map { kind($0).contains(".") })
        }
        #expect(try kinds("") == [true, false])
        #expect(try kinds(",questions=facts") == [true] && kinds(",questions=gist") == [false])
        let stream = try Gazette.open(DatasetSource("gazette:documents=3,questions=gist,style=prose"))
        #expect(stream.id == "gazette:subjects=8,documents=3,seed=1,style=prose,questions=gist")
    }

    @Test(arguments: [
        "gazette:style=verse", "gazette:questions=gist", "gazette:subjects=0", "gazette:subjects=99",
        "gazette:size=3", "gazette:seed=x", "gazette=file.json",
        "squad=/none", "squad", "squad:a=1",
    ])
    func `a dataset that is none is named in one line`(_ text: String) {
        let source = DatasetSource(text)
        let format = allDatasets.first { $0.card.id == source.format }
        let error = #expect(throws: DatasetError.self) { try format?.open(source) }
        #expect(error?.description.contains("\n") == false)
    }
}
