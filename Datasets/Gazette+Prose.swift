import Contract
import Seeding

/// The same kind of facts as prose: subject by subject, each fact two or three times in different words, with
/// sentences that connect them; 150 to 200 tokens a subject, so that a high ratio leaves slots for each.
///
/// Besides the questions about facts there are some that a gist answers: how many, which kind, whether somebody is
/// told of, who shares a town. In the test split a mention of each fact may be in a statement, and behind words, that
/// no other split has; and only there are people and companies of the held-out fifth the values of facts.
extension Gazette {
    /// The chance of a sentence that says nothing behind a statement.
    private static let asideChance = 0.2
    /// The chance that a fact is told three times instead of twice.
    private static let thirdMention = 0.35
    /// The chance of words in front of a statement that was told before.
    private static let openerChance = 0.6

    /// A question with the fact or the gist that it is about.
    private typealias Asking = (kind: String, text: String, answer: String)

    func prose(id: String, subjects count: Int, using generator: inout SeededGenerator) -> Document {
        let subjects = drawSubjects(count, using: &generator)
        // Two of them are in one town, and everything else is elsewhere.
        let pair = count < 2 ? [] : Array(generator.shuffled(Array(subjects.indices)).prefix(2)).sorted()
        let town = GazetteFact.Pool.town.draw(using: &generator)
        var sentences: [String] = []
        var facts: [Asking] = []
        var digest: [String] = []
        for (i, subject) in subjects.enumerated() {
            let kind = subject.kind
            let isPaired = pair.contains(i)
            let told = drawFacts(of: kind, needed: isPaired ? [kind.townFact] : [], using: &generator)
            var values: [String: String] = [:]
            for fact in told {
                values[fact.name] =
                    isPaired && fact.name == kind.townFact
                    ? town : value(of: fact, except: town, using: &generator)
                facts.append(
                    (
                        "\(kind.name.rawValue).\(fact.name)",
                        Self.filled(
                            generator.element(of: fact.questions), subject: subject.shortName, value: ""),
                        values[fact.name, default: ""]
                    ))
            }
            if i > 0 {
                let link = generator.element(of: part(GazetteWords.links, GazetteWords.heldOutLinks))
                sentences.append(Self.filled(link, subject: subject.titled, value: subjects[i - 1].titled))
            }
            sentences += mentions(of: told, values, of: subject, using: &generator)
            digest.append(subject.digest(values))
        }
        let gist = gist(of: subjects, pair: pair.map { subjects[$0] }, using: &generator)
        let wanted =
            switch asked {
            case .all: facts + gist
            case .facts: facts
            case .gist: gist
            }
        return Document(
            id: id, text: sentences.joined(separator: " "),
            questions: generator.shuffled(
                wanted.enumerated().map {
                    Question(id: "\(id)-\($0)-\($1.kind)", text: $1.text, answers: [$1.answer])
                }),
            summaries: [digest.joined(separator: " ")])
    }

    /// What all splits have, and in the test split what it alone has.
    private func part(_ all: [String], _ heldOut: [String]) -> [String] {
        split == .test ? all + heldOut : all
    }

    /// A fact's value; names of the held-out fifth in the test split alone.
    private func value(
        of fact: GazetteFact, except town: String, using generator: inout SeededGenerator
    ) -> String {
        while true {
            let value = fact.pool.draw(using: &generator)
            switch fact.pool {
            case .town where value == town: continue
            case .person where !isToldHere(value), .company where !isToldHere(value): continue
            default: return value
            }
        }
    }

    /// Every fact once, then again in other words and another order, then some of them once more.
    private func mentions(
        of facts: [GazetteFact], _ values: [String: String], of subject: Subject,
        using generator: inout SeededGenerator
    ) -> [String] {
        var ways: [String: [String]] = [:]
        for fact in facts {
            ways[fact.name] = generator.shuffled(part(fact.statements, [fact.heldOut]))
        }
        var sentences: [String] = []
        for round in 0..<3 {
            for fact in round == 0 ? facts : generator.shuffled(facts) {
                if round == 2, generator.unit() >= Self.thirdMention { continue }
                let name = sentences.isEmpty ? subject.name : subject.shortName
                var sentence = Self.filled(
                    ways[fact.name, default: []][round], subject: name, value: values[fact.name, default: ""])
                if round > 0, generator.unit() < Self.openerChance {
                    let opener = generator.element(
                        of: part(GazetteWords.openers, GazetteWords.heldOutOpeners))
                    sentence = "\(opener) \(Self.continued(sentence))"
                }
                sentences.append(sentence)
                if generator.unit() < Self.asideChance {
                    sentences.append(generator.element(of: GazetteWords.fillers))
                }
            }
        }
        return sentences
    }

    /// A sentence as it goes on behind other words: names keep their capitals.
    private static func continued(_ sentence: String) -> String {
        let first = sentence.prefix { $0 != " " }
        return GazetteWords.lowered.contains(String(first))
            ? first.lowercased() + sentence.dropFirst(first.count) : sentence
    }

    private func gist(
        of subjects: [Subject], pair: [Subject], using generator: inout SeededGenerator
    ) -> [Asking] {
        let kinds = GazetteKind.each
        func count(_ kind: GazetteKind) -> Int { subjects.filter { $0.kind.name == kind.name }.count }
        let counted = generator.element(of: kinds)
        let told = generator.element(of: subjects)
        var questions = [
            ("count", "How many \(counted.plural) are told of?", Self.numeral(count(counted))),
            ("mentioned", "Is \(told.name) told of?", "yes"),
            ("mentioned", "Is \(stranger(to: subjects, using: &generator).name) told of?", "no"),
        ]
        let counts = kinds.map(count)
        if let most = counts.max(), counts.filter({ $0 == most }).count == 1,
            let kind = kinds.first(where: { count($0) == most })
        {
            questions.append(
                ("most", "What is told of most, people, companies, events or places?", kind.plural))
        }
        if pair.count == 2 {
            for (one, other) in [(pair[0], pair[1]), (pair[1], pair[0])] {
                questions.append(
                    ("shared-town", "What is in the same town as \(one.titled)?", other.shortName))
            }
        }
        return questions
    }

    /// Somebody or something of the split that a document does not tell of.
    private func stranger(to subjects: [Subject], using generator: inout SeededGenerator) -> Subject {
        while true {
            let drawn = drawSubject(using: &generator)
            if isToldHere(drawn.name),
                !subjects.contains(where: { $0.name == drawn.name })
            {
                return drawn
            }
        }
    }

    private static let numerals = [
        "none", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven",
        "twelve",
    ]

    private static func numeral(_ count: Int) -> String {
        count < numerals.count ? numerals[count] : "\(count)"
    }

    /// The words that prose has besides those of lists.
    static var proseText: [String] {
        let links = (GazetteWords.links + GazetteWords.heldOutLinks).map {
            filled($0, subject: "", value: "")
        }
        return links + GazetteWords.openers + GazetteWords.heldOutOpeners
            + GazetteWords.lowered.sorted().map { "\($0) \($0.lowercased())" }
            + [
                "How many people are told of? companies are told of? events are told of? places are told of?",
                "Is told of? yes no", "What is told of most, people, companies, events or places?",
                "What is in the same town as the ?",
                "people: people companies: companies events: events places: places",
                numerals.map { "\($0): \($0)" }.joined(separator: " "), "yes: yes no: no",
            ]
    }
}
