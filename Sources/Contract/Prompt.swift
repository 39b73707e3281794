/// What a task writes around a context: all of it text, for any model.
///
/// A chat model gets system, examples and what is said before and behind the context as turns; a model
/// that goes on writing gets them one behind the other, and goes on from `answerPrefix`; a model with
/// marks of its own for a purpose gets those. Which it is, `PromptFormat` decides.
public struct Prompt: Hashable, Codable, Sendable {
    /// What it is for.
    public var purpose: Purpose
    /// Who the model is told to be.
    public var system: String?
    /// Worked examples in front of the context.
    public var shots: [Shot]
    /// What was asked and answered since the context, earlier turns of a conversation about it.
    public var history: [Exchange] = []
    /// In front of the context, such as "Read the following report.".
    public var before: String
    /// Behind the context: what a model that follows instructions is told to do.
    public var instruction: String
    /// Behind the context, for every model: what this item asks, such as "Question: Who …?".
    public var request: String
    /// What the answer goes on from, for a model that goes on writing, such as "Answer:".
    public var answerPrefix: String
    /// The question as it is in the data: what a query-aware method sees. Nil where none is asked.
    public var question: String?
    /// How the words stand around the context.
    public var form: Form

    /// How a prompt's words stand around its context.
    public enum Form: String, Codable, Sendable {
        /// As paragraphs: those that a model of its kind needs. A model that goes on writing answers in a line.
        case paragraphs
        /// All of them as they are, with nothing between them and the context, such as a published prompt: in a
        /// chat, the user's turn. The whole output is the answer.
        case verbatim
        /// The same as a text that a chat model goes on writing too.
        case plainVerbatim
    }

    /// An earlier turn of a conversation about the context.
    public struct Exchange: Hashable, Codable, Sendable {
        /// As a prompt's request.
        public var request: String
        /// As it is in the data.
        public var question: String
        public var answer: String

        public init(request: String, question: String, answer: String) {
            self.request = request
            self.question = question
            self.answer = answer
        }
    }

    /// What a prompt is for. A model may have marks for some purposes; tasks name others freely.
    public struct Purpose: RawRepresentable, Hashable, Codable, Sendable {
        /// A name of the task's choice.
        public let rawValue: String

        public init(rawValue: String) { self.rawValue = rawValue }

        /// An answer to a question.
        public static let answer = Purpose(rawValue: "answer")
        /// A summary of the context.
        public static let summary = Purpose(rawValue: "summary")
        /// The context itself, word for word.
        public static let readBack = Purpose(rawValue: "read-back")
        /// What follows the context in its text: nothing but the text stands in the prompt, whose request
        /// are the first words of what follows.
        public static let continuation = Purpose(rawValue: "continuation")
    }

    /// A worked example: a context, what is asked about it, and the right answer.
    public struct Shot: Hashable, Codable, Sendable {
        /// Another document's text.
        public var context: String
        /// As a prompt's request.
        public var request: String
        /// As it is in the data; nil where none is asked.
        public var question: String?
        /// The right answer.
        public var answer: String

        public init(context: String, request: String, question: String? = nil, answer: String) {
            self.context = context
            self.request = request
            self.question = question
            self.answer = answer
        }
    }

    public init(
        purpose: Purpose, system: String? = nil, shots: [Shot] = [], before: String = "",
        instruction: String = "", request: String = "", answerPrefix: String = "", question: String? = nil,
        form: Form = .paragraphs
    ) {
        self.purpose = purpose
        self.system = system
        self.shots = shots
        self.before = before
        self.instruction = instruction
        self.request = request
        self.answerPrefix = answerPrefix
        self.question = question
        self.form = form
    }

    /// A line for people: the question, or what else is asked.
    public var title: String {
        question ?? (instruction.isEmpty ? request.isEmpty ? answerPrefix : request : instruction)
    }
}
