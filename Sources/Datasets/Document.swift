import Seeding

/// A text, what can be asked about it and how it can be summed up.
public struct Document: Sendable, Equatable {
    public let id: String
    public let text: String
    public let questions: [Question]
    public let summary: String?

    public init(id: String, text: String, questions: [Question], summary: String? = nil) {
        self.id = id
        self.text = text
        self.questions = questions
        self.summary = summary
    }
}

/// A question and every answer that counts as right; none where it cannot be answered.
public struct Question: Sendable, Equatable {
    public let id: String
    public let text: String
    public let answers: [String]

    public init(id: String, text: String, answers: [String]) {
        self.id = id
        self.text = text
        self.answers = answers
    }
}

/// Documents with a name and a hash of their contents.
public struct Dataset: Sendable {
    public let id: String
    public let contentHash: String
    public let documents: [Document]

    public init(id: String, documents: [Document]) {
        self.id = id
        self.documents = documents
        contentHash = SHA256.hex(
            of: documents.map { document in
                ([document.id, document.text, document.summary ?? ""]
                    + document.questions.flatMap { [$0.id, $0.text] + $0.answers })
                    .joined(separator: "\u{1f}")
            }.joined(separator: "\u{1e}"))
    }
}
