import Files
import Foundation

/// What can be wrong with how a model is to be prompted, in one line.
public enum PromptError: Error, CustomStringConvertible, LocalizedError {
    case unknownChatTemplate(folder: String)
    case missingToken(template: String, token: String, folder: String)

    public var description: String { text.oneLine }

    private var text: String {
        switch self {
        case .unknownChatTemplate(let folder):
            "the chat template of \(folder) is none of "
                + ChatTemplate.Family.allCases.map(\.rawValue).joined(separator: ", ")
                + "; choose one with --chat-template, or none for plain text"
        case .missingToken(let template, let token, let folder):
            "the chat template \(template) needs the token '\(token)', which the tokenizer of \(folder) lacks"
        }
    }

    public var errorDescription: String? { description }
}
