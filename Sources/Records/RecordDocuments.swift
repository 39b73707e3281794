import Contract

/// Documents made of records: unsound ones counted and left out, names made unique.
struct RecordDocuments: DocumentReader {
    typealias Make = @Sendable (Record) throws -> Document?

    private var records: any RecordReader
    private let make: Make
    private let tally: RecordTally
    private let file: String
    /// Whether neighbours with the same text become one document, so that it is read once for all their questions.
    private let joinsNeighbours: Bool
    private var read: Document?
    private var documents = UniqueNames()
    private var questions = UniqueNames()

    /// - Parameter make: nil for a record that is not of a document, such as a header
    init(
        _ records: any RecordReader, file: String, tally: RecordTally, joinsNeighbours: Bool,
        make: @escaping Make
    ) {
        self.records = records
        self.file = file
        self.tally = tally
        self.joinsNeighbours = joinsNeighbours
        self.make = make
    }

    mutating func next() throws -> Document? {
        guard joinsNeighbours else { return try nextRead().map { named($0) } }
        guard var joined = try read ?? nextRead() else { return nil }
        read = nil
        while let following = try nextRead() {
            guard following.text == joined.text, !joined.text.isEmpty, following.summaries == joined.summaries
            else {
                read = following
                break
            }
            joined = joined.with(questions: joined.questions + following.questions)
        }
        return named(joined)
    }

    var remarks: [String] {
        let renamed =
            questions.repeats == 0
            ? nil
            : "\(file): \(questions.repeats) question ids stand there more than once; each is told apart by its place"
        return [tally.remark, renamed].compactMap { $0 }
    }

    private mutating func nextRead() throws -> Document? {
        while true {
            do {
                guard let record = try records.next() else {
                    try tally.check()
                    return nil
                }
                if let document = try tally.attempt(record, make) ?? nil { return document }
            } catch let fault as RecordFault {
                tally.add(fault)
            }
            try tally.checkFormat()
        }
    }

    private mutating func named(_ document: Document) -> Document {
        let id = documents.unique(document.id, at: "\(document.questions.first?.id ?? document.id)")
        var isChanged = id != document.id
        let named = document.questions.enumerated().map { index, question in
            let name = questions.unique(question.id, at: "\(id)-\(index)")
            if name == question.id { return question }
            isChanged = true
            return Question(
                id: name, text: question.text, answers: question.answers, choices: question.choices,
                explanation: question.explanation)
        }
        return isChanged ? document.with(id: id, questions: named) : document
    }
}

extension Document {
    fileprivate func with(id: String? = nil, questions: [Question]) -> Document {
        Document(
            id: id ?? self.id, text: text, questions: questions, summaries: summaries, group: group,
            subset: subset)
    }
}
