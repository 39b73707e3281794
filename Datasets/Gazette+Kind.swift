/// A relation between a subject and a value, with the ways to state it and to ask for it.
struct GazetteFact {
    let name: String
    let pool: Pool
    let statements: [String]
    /// A statement that prose of the test split alone has.
    let heldOut: String
    let questions: [String]

    /// Where values are drawn from.
    enum Pool: CaseIterable {
        case town, year, profession, company, hobby, instrument, subject, firstName, person, product
        case number, month, material, collection
    }
}

/// A kind of subject: how it is named and what can be said about it.
struct GazetteKind {
    enum Name: String { case person, company, event, place }

    let name: Name
    let facts: [GazetteFact]
    /// The facts that every subject of this kind has and that a digest repeats.
    let headFacts: [String]

    static let person = GazetteKind(
        name: .person,
        facts: [
            GazetteFact(
                name: "born_city", pool: .town,
                statements: [
                    "{subject} was born in {value}.",
                    "{subject} comes from the town of {value}.",
                    "The birthplace of {subject} is {value}.",
                ],
                heldOut: "{value} is the town in which {subject} first saw the light.",
                questions: [
                    "Where was {subject} born?",
                    "In which town was {subject} born?",
                    "What is the birthplace of {subject}?",
                ]),
            GazetteFact(
                name: "birth_year", pool: .year,
                statements: [
                    "{subject} was born in the year {value}.",
                    "The birth of {subject} was recorded in {value}.",
                    "{subject} came into the world in {value}.",
                ],
                heldOut: "The year of birth of {subject} is {value}.",
                questions: [
                    "In what year was {subject} born?",
                    "What is the birth year of {subject}?",
                ]),
            GazetteFact(
                name: "job", pool: .profession,
                statements: [
                    "{subject} works as a {value}.",
                    "By trade {subject} is a {value}.",
                    "{subject} earns a living as a {value}.",
                ],
                heldOut: "{subject} has always been a {value}.",
                questions: [
                    "What is the profession of {subject}?",
                    "What does {subject} work as?",
                ]),
            GazetteFact(
                name: "employer", pool: .company,
                statements: [
                    "{subject} is employed by {value}.",
                    "{subject} has a position at {value}.",
                    "The employer of {subject} is {value}.",
                ],
                heldOut: "{subject} draws wages from {value}.",
                questions: [
                    "Who employs {subject}?",
                    "Which company does {subject} work for?",
                ]),
            GazetteFact(
                name: "home", pool: .town,
                statements: [
                    "{subject} now lives in {value}.",
                    "Today {subject} has a house in {value}.",
                    "{subject} has settled in {value}.",
                ],
                heldOut: "The present home of {subject} is in {value}.",
                questions: [
                    "Where does {subject} live now?",
                    "In which town does {subject} live?",
                ]),
            GazetteFact(
                name: "hobby", pool: .hobby,
                statements: [
                    "{subject} enjoys {value} at weekends.",
                    "The favourite pastime of {subject} is {value}.",
                    "In spare hours {subject} turns to {value}.",
                ],
                heldOut: "Nothing pleases {subject} more than {value}.",
                questions: [
                    "What is the hobby of {subject}?",
                    "What does {subject} enjoy at weekends?",
                ]),
            GazetteFact(
                name: "instrument", pool: .instrument,
                statements: [
                    "{subject} plays the {value}.",
                    "{subject} learned the {value} as a child.",
                    "Friends often hear {subject} on the {value}.",
                ],
                heldOut: "{subject} owns a {value} and practises daily.",
                questions: [
                    "Which instrument does {subject} play?",
                    "What does {subject} play?",
                ]),
            GazetteFact(
                name: "study", pool: .subject,
                statements: [
                    "{subject} studied {value} at college.",
                    "{subject} holds a degree in {value}.",
                    "At college {subject} chose {value}.",
                ],
                heldOut: "The degree of {subject} is in {value}.",
                questions: [
                    "What did {subject} study?",
                    "In which subject does {subject} hold a degree?",
                ]),
            GazetteFact(
                name: "spouse", pool: .firstName,
                statements: [
                    "{subject} is married to {value}.",
                    "{subject} has a partner called {value}.",
                    "The wedding of {subject} and {value} was a quiet one.",
                ],
                heldOut: "{value} is the partner of {subject}.",
                questions: [
                    "Who is {subject} married to?",
                    "What is the name of the partner of {subject}?",
                ]),
        ],
        headFacts: ["job", "born_city"])

    static let company = GazetteKind(
        name: .company,
        facts: [
            GazetteFact(
                name: "founded", pool: .year,
                statements: [
                    "{subject} was founded in {value}.",
                    "{subject} opened its doors in {value}.",
                    "The founding of {subject} dates to {value}.",
                ],
                heldOut: "{subject} has existed since {value}.",
                questions: [
                    "When was {subject} founded?",
                    "In what year did {subject} open?",
                ]),
            GazetteFact(
                name: "hq", pool: .town,
                statements: [
                    "{subject} is based in {value}.",
                    "The headquarters of {subject} are in {value}.",
                    "{subject} runs its main office from {value}.",
                ],
                heldOut: "The seat of {subject} is {value}.",
                questions: [
                    "Where is {subject} based?",
                    "In which town are the headquarters of {subject}?",
                ]),
            GazetteFact(
                name: "founder", pool: .person,
                statements: [
                    "{subject} was started by {value}.",
                    "The founder of {subject} is {value}.",
                    "{value} set up {subject} with a small loan.",
                ],
                heldOut: "It was {value} who founded {subject}.",
                questions: [
                    "Who started {subject}?",
                    "Who is the founder of {subject}?",
                ]),
            GazetteFact(
                name: "product", pool: .product,
                statements: [
                    "{subject} makes {value}.",
                    "{subject} is known for its {value}.",
                    "The main product of {subject} is {value}.",
                ],
                heldOut: "Shops buy their {value} from {subject}.",
                questions: [
                    "What does {subject} make?",
                    "What is the main product of {subject}?",
                ]),
            GazetteFact(
                name: "staff", pool: .number,
                statements: [
                    "{subject} has {value} workers.",
                    "{subject} employs {value} people.",
                    "The staff of {subject} numbers {value}.",
                ],
                heldOut: "There are {value} people on the staff of {subject}.",
                questions: [
                    "How many people does {subject} employ?",
                    "How many workers does {subject} have?",
                ]),
            GazetteFact(
                name: "ships", pool: .town,
                statements: [
                    "{subject} ships its goods through {value}.",
                    "The warehouse of {subject} stands in {value}.",
                    "{subject} stores its stock in {value}.",
                ],
                heldOut: "The goods of {subject} leave from {value}.",
                questions: [
                    "Where is the warehouse of {subject}?",
                    "Through which town does {subject} ship its goods?",
                ]),
        ],
        headFacts: ["product", "hq"])

    static let event = GazetteKind(
        name: .event,
        facts: [
            GazetteFact(
                name: "place", pool: .town,
                statements: [
                    "The {subject} takes place in {value}.",
                    "The {subject} is held in {value}.",
                    "{value} is the host of the {subject}.",
                ],
                heldOut: "People come to {value} for the {subject}.",
                questions: [
                    "Where is the {subject} held?",
                    "In which town does the {subject} take place?",
                ]),
            GazetteFact(
                name: "month", pool: .month,
                statements: [
                    "The {subject} happens every {value}.",
                    "The {subject} opens each {value}.",
                    "The date of the {subject} falls in {value}.",
                ],
                heldOut: "{value} is the month of the {subject}.",
                questions: [
                    "In which month is the {subject}?",
                    "When does the {subject} happen?",
                ]),
            GazetteFact(
                name: "first", pool: .year,
                statements: [
                    "The {subject} was first held in {value}.",
                    "The {subject} began in {value}.",
                    "The {subject} has a history going back to {value}.",
                ],
                heldOut: "The first {subject} took place in {value}.",
                questions: [
                    "When was the {subject} first held?",
                    "In what year did the {subject} begin?",
                ]),
            GazetteFact(
                name: "winner", pool: .person,
                statements: [
                    "The last {subject} was won by {value}.",
                    "{value} took the prize at the {subject}.",
                    "The winner of the {subject} was {value}.",
                ],
                heldOut: "At the {subject} the prize went to {value}.",
                questions: [
                    "Who won the last {subject}?",
                    "Who was the winner of the {subject}?",
                ]),
            GazetteFact(
                name: "crowd", pool: .number,
                statements: [
                    "The {subject} draws {value} visitors.",
                    "About {value} people attend the {subject}.",
                    "The crowd at the {subject} reached {value}.",
                ],
                heldOut: "There were {value} visitors at the {subject}.",
                questions: [
                    "How many visitors does the {subject} draw?",
                    "How many people attend the {subject}?",
                ]),
            GazetteFact(
                name: "sponsor", pool: .company,
                statements: [
                    "The {subject} is paid for by {value}.",
                    "{value} is the sponsor of the {subject}.",
                    "The {subject} is backed by {value}.",
                ],
                heldOut: "The money for the {subject} comes from {value}.",
                questions: [
                    "Who is the sponsor of the {subject}?",
                    "Which company pays for the {subject}?",
                ]),
        ],
        headFacts: ["place", "month"])

    static let place = GazetteKind(
        name: .place,
        facts: [
            GazetteFact(
                name: "town", pool: .town,
                statements: [
                    "The {subject} stands in {value}.",
                    "The {subject} is found in {value}.",
                    "{value} is home to the {subject}.",
                ],
                heldOut: "The town of the {subject} is {value}.",
                questions: [
                    "Where does the {subject} stand?",
                    "In which town is the {subject}?",
                ]),
            GazetteFact(
                name: "built", pool: .year,
                statements: [
                    "The {subject} was built in {value}.",
                    "The {subject} was completed in {value}.",
                    "Work on the {subject} ended in {value}.",
                ],
                heldOut: "The {subject} was ready in {value}.",
                questions: [
                    "When was the {subject} built?",
                    "In what year was the {subject} completed?",
                ]),
            GazetteFact(
                name: "architect", pool: .person,
                statements: [
                    "The {subject} was designed by {value}.",
                    "{value} drew the plans for the {subject}.",
                    "The architect of the {subject} was {value}.",
                ],
                heldOut: "The plans of the {subject} are by {value}.",
                questions: [
                    "Who designed the {subject}?",
                    "Who was the architect of the {subject}?",
                ]),
            GazetteFact(
                name: "material", pool: .material,
                statements: [
                    "The {subject} is made of {value}.",
                    "The walls of the {subject} are of {value}.",
                    "The builders of the {subject} used {value}.",
                ],
                heldOut: "One sees {value} all over the {subject}.",
                questions: [
                    "What is the {subject} made of?",
                    "Which material was used for the {subject}?",
                ]),
            GazetteFact(
                name: "known", pool: .collection,
                statements: [
                    "The {subject} is famous for its {value}.",
                    "Visitors to the {subject} admire the {value}.",
                    "The {subject} keeps a collection of {value}.",
                ],
                heldOut: "People come to the {subject} for its {value}.",
                questions: [
                    "What is the {subject} famous for?",
                    "What do visitors to the {subject} admire?",
                ]),
            GazetteFact(
                name: "owner", pool: .company,
                statements: [
                    "The {subject} belongs to {value}.",
                    "{value} is the owner of the {subject}.",
                    "The {subject} was bought by {value}.",
                ],
                heldOut: "The {subject} is in the hands of {value}.",
                questions: [
                    "Who owns the {subject}?",
                    "Which company does the {subject} belong to?",
                ]),
        ],
        headFacts: ["town", "known"])

    /// The fact that says in which town a subject is now.
    var townFact: String {
        switch name {
        case .person: "home"
        case .company: "hq"
        case .event: "place"
        case .place: "town"
        }
    }

    /// Several of them.
    var plural: String {
        switch name {
        case .person: "people"
        case .company: "companies"
        case .event: "events"
        case .place: "places"
        }
    }

    /// Each once.
    static let each = [person, company, event, place]

    /// Drawn with these weights: people are twice as frequent.
    static let all = [person, person, company, event, place]
}

extension Gazette {
    /// What a question about a fact asks for, such as `person` or `town`; nil for every other question.
    public static func valueKind(askedIn question: String) -> String? {
        // The most words around the subject: some questions begin as others do.
        askedFor.filter {
            question.count > $0.before.count + $0.behind.count && question.hasPrefix($0.before)
                && question.hasSuffix($0.behind)
        }.max { $0.before.count + $0.behind.count < $1.before.count + $1.behind.count }.map { "\($0.pool)" }
    }

    /// What stands around the subject in each way to ask for a fact.
    private static let askedFor = GazetteKind.each.flatMap(\.facts).flatMap { fact in
        fact.questions.compactMap { question in
            question.firstRange(of: "{subject}").map {
                (before: question[..<$0.lowerBound], behind: question[$0.upperBound...], pool: fact.pool)
            }
        }
    }
}
