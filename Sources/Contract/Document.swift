import Seeding

/// A text, what can be asked about it and how it can be summed up.
public struct Document: Sendable, Equatable {
    /// Unique within the dataset.
    public let id: String
    /// The context.
    public let text: String
    /// What can be asked about it; none where nothing is.
    public let questions: [Question]
    /// A right summary; nil where the data has none.
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
    /// Unique within the dataset.
    public let id: String
    /// As it is in the data.
    public let text: String
    /// Every answer that counts as right; none where the document does not say.
    public let answers: [String]
    /// Answers to choose from; empty where the answer is free.
    public let choices: [String]

    public init(id: String, text: String, answers: [String], choices: [String] = []) {
        self.id = id
        self.text = text
        self.answers = answers
        self.choices = choices
    }
}

/// Documents with a name.
public struct Dataset: Sendable {
    /// As users wrote it, without folders: `squad:dev-v1.1.json`.
    public let id: String
    /// In the order of the data.
    public let documents: [Document]

    public init(id: String, documents: [Document]) {
        self.id = id
        self.documents = documents
    }
}
