import Files
import Foundation
import Jinja

/// What can be wrong with how a model is to be prompted, in one line.
public enum PromptError: Error, CustomStringConvertible, LocalizedError {
    /// A template that is none, that uses what is not known, or that refuses the conversation.
    case badTemplate(label: String, TemplateError)
    case contextNotOnce(label: String, times: Int)
    case missingToken(template: String, token: String, folder: String)

    public var description: String { text.oneLine }

    private var text: String {
        switch self {
        case .badTemplate(let label, let error): "\(label) cannot be used, \(error); \(Self.wayOn)"
        case .contextNotOnce(let label, let times):
            "\(label) writes a user's message \(times) times, where it should once; \(Self.wayOn)"
        case .missingToken(let template, let token, let folder):
            "the chat template \(template) needs the token '\(token)', which the tokenizer of \(folder) lacks"
        }
    }

    private static let wayOn =
        "choose one with --chat-template: a file with another, "
        + ChatTemplate.Family.allCases.map(\.rawValue).joined(separator: ", ")
        + ", or none for plain text"

    public var errorDescription: String? { description }
}
