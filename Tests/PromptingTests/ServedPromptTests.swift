import Contract
import Foundation
import LanguageModels
import Prompting
import Testing
import TestSupport
import Tokenizers

/// What a server is sent is what a model of this process reads.
struct ServedPromptTests {
    private let backbone: Backbone
    private let prompt = Prompt(
        purpose: .answer, system: "Be brief.",
        shots: [.init(context: "Bo lives in Rome.", request: "Question: Where is Bo?", answer: "Rome")],
        instruction: "Answer.", request: "Question: Where is Anna?", answerPrefix: "Answer:",
        question: "Where is Anna?")
    private let context = "Anna works in Oslo. The weather was fine."

    init() throws { backbone = try Backbone(folder: bundledModel) }

    /// The text that ids of a prompt stand for, without what begins every text.
    private func text(_ format: PromptFormat) throws -> String {
        let opening = try format.opening(of: prompt)
        let ids =
            opening.prefix + format.context(context, behind: opening).tokens
            + (try format.closing(of: prompt))
        return backbone.tokenizer.decode(
            Array(ids.dropFirst(backbone.tokenizer.prefix.count)), specialTokens: true)
    }

    @Test func `a text is the tokens' own, and turns are the prompt's`() throws {
        let marks = try PromptFormat(backbone)
        #expect(try marks.text(of: prompt, around: context) == text(marks))
        #expect(try marks.text(of: prompt, around: context).contains(context))
        let turns = marks.turns(of: prompt, around: context)
        #expect(turns.map(\.role) == [.system, .user, .assistant, .user])
        #expect(
            turns[1].content == "Bo lives in Rome.\n\nAnswer.\nQuestion: Where is Bo?"
                && turns[2].content == "Rome")
        #expect(turns[3].content == "\(context)\n\nAnswer.\nQuestion: Where is Anna?")
    }

    @Test func `earlier turns of a conversation follow the context`() throws {
        var later = prompt
        (later.shots, later.system) = ([], nil)
        later.history = [.init(request: "Question: Who?", question: "Who?", answer: "Anna")]
        let turns = try PromptFormat(backbone).turns(of: later, around: context)
        #expect(turns.map(\.role) == [.user, .assistant, .user])
        #expect(turns[0].content == "\(context)\n\nAnswer.\nQuestion: Who?" && turns[1].content == "Anna")
        #expect(turns[2].content == "Question: Where is Anna?")
    }

    @Test func `what goes on is the text alone`() throws {
        let format = try PromptFormat(backbone)
        let going = Prompt(purpose: .continuation, request: " The end")
        #expect(try format.text(of: going, around: context) == context + " The end")
    }
}
