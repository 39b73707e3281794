/// A text, what can be asked about it and how it can be summed up.
public struct Document: Sendable, Equatable {
    /// Unique within the dataset.
    public let id: String
    /// The context; empty where the data has none, such as problems that are solved without a text.
    public let text: String
    /// What can be asked about it; none where nothing is.
    public let questions: [Question]
    /// Every summary that counts as right; none where the data has none.
    public let summaries: [String]
    /// The larger text that it is a part of, such as the article of a paragraph: documents of one group are not
    /// independent of each other, so that a sample is spread over groups. nil where each stands alone.
    public let group: String?
    /// The part of a collection that it belongs to, such as LongBench's `multifieldqa_zh`; nil where there is one
    /// part only.
    public let subset: String?

    public init(
        id: String, text: String, questions: [Question], summaries: [String] = [], group: String? = nil,
        subset: String? = nil
    ) {
        self.id = id
        self.text = text
        self.questions = questions
        self.summaries = summaries
        self.group = group
        self.subset = subset
    }

    /// The first summary.
    public var summary: String? { summaries.first }
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
    /// How the answer is found, in words, such as the steps of a worked example; nil where the data does not say.
    public let explanation: String?

    public init(
        id: String, text: String, answers: [String], choices: [String] = [], explanation: String? = nil
    ) {
        self.id = id
        self.text = text
        self.answers = answers
        self.choices = choices
        self.explanation = explanation
    }
}
