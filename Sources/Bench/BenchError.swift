import Foundation
import Tensors

/// What can be wrong with a request to a method, a task or a compressor, in one line.
public enum BenchError: Error, CustomStringConvertible, LocalizedError {
    case unknown(kind: String, name: String, known: [String])
    case badParameter(method: String, name: String, value: String, known: String)
    case untrained(method: String, ratio: Ratio?, trained: [String])
    case noExamples(dataset: String, tasks: [String])
    case overBudget(method: String, kept: Int, budget: Int, tokens: Int)
    case badCompression(method: String, reason: String)
    case badCompressor(folder: String, reason: String)
    case badRatio(String)
    case contextTooLong(tokens: Int, limit: Int, document: String)
    case oneDocument(control: String)
    case unknownChatTemplate(folder: String)
    case missingToken(template: String, token: String, folder: String)

    public var description: String { text.oneLine }

    private var text: String {
        switch self {
        case .unknown(let kind, let name, let known):
            "unknown \(kind) '\(name)'; known: \(known.joined(separator: ", "))"
        case .badParameter(let method, let name, let value, let known):
            "\(method) cannot take \(name)=\(value); its parameters with their defaults: \(known)"
        case .untrained(let method, let ratio, let trained):
            "\(method) needs a trained compressor\(ratio.map { " for \($0)x" } ?? "") and the model has "
                + (trained.isEmpty
                    ? "none" : "one for \(trained.first ?? "")x to \(trained.last ?? "")x only")
                + "; choose another ratio or make one with 'picbench train compressor'"
        case .noExamples(let dataset, let tasks):
            "\(dataset) has no examples for \(tasks.joined(separator: ", ")); choose another dataset or task"
        case .overBudget(let method, let kept, let budget, let tokens):
            "\(method) kept \(kept) positions of \(tokens) context tokens, its budget is \(budget)"
        case .badCompression(let method, let reason):
            "\(method) returned a compressed context that cannot be used: \(reason)"
        case .badCompressor(let folder, let reason):
            "the compressor in \(folder) cannot be used: \(reason)"
        case .badRatio(let text):
            "'\(text)' is not a compression ratio; a ratio is a number of at least 1, such as 4 or 16"
        case .contextTooLong(let tokens, let limit, let document):
            "document \(document) has \(tokens) tokens with its prompt, the model reads at most \(limit); "
                + "leave it out or choose a model with a longer context"
        case .oneDocument(let control):
            "\(control) needs at least 2 documents and the dataset has 1; ask for more documents"
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
