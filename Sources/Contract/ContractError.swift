import Budgets
import Files
import Foundation

/// What can be wrong with a request to a method, a task or a compressor, in one line.
public enum ContractError: Error, CustomStringConvertible, LocalizedError {
    case unknown(kind: String, name: String, known: [String])
    case badChain(String, problem: String)
    case badParameter(method: String, name: String, value: String, known: String)
    case unknownParameter(method: String, name: String, known: [String])
    case untrained(method: String, budget: Budget?, trained: [String])
    case noExamples(dataset: String, tasks: [String])
    case repeatedItem(dataset: String, item: String)
    case overBudget(method: String, kept: Int, budget: Int, tokens: Int)
    case badCompression(method: String, reason: String)
    case badCompressor(folder: String, reason: String)
    case badScore(metric: String, value: Double, item: String, low: Double, high: Double)
    case badRatio(String)
    case badBudget(String)
    case noVersion(kind: String, name: String)
    case contextTooLong(tokens: Int, limit: Int, document: String)
    case oneDocument(control: String)
    case withoutWeights(model: String)
    case withoutLikelihoods(model: String, task: String)
    case fewExamples(asked: Int, found: Int, task: String)

    public var description: String { text.oneLine }

    private var text: String {
        switch self {
        case .unknown(let kind, let name, let known):
            "unknown \(kind) '\(name)'\(name.suggestion(of: known)); known: \(known.joined(separator: ", "))"
        case .badChain(let id, let problem):
            "\(id): \(problem)"
        case .badParameter(let method, let name, let value, let known):
            "\(method) cannot take \(name)=\(value); its parameters with their defaults: \(known)"
        case .unknownParameter(let method, let name, let known):
            "\(method) has no parameter \(name)"
                + name.suggestion(of: known.map { String($0.prefix { $0 != "=" }) })
                + "; its parameters with their defaults: \(known.isEmpty ? "none" : known.joined(separator: ", "))"
        case .untrained(let method, let budget, let trained):
            "\(method) needs a trained compressor\(budget.map { " for \($0)" } ?? "") and the model has "
                + (trained.isEmpty
                    ? "none" : "one for \(trained.first ?? "")x to \(trained.last ?? "")x only")
                + "; choose another ratio or make one with 'picbench train compressor'"
                + (trained.isEmpty ? "" : ", or use that beyond its training with 'run --beyond-training'")
        case .noExamples(let dataset, let tasks):
            "\(dataset) has no examples for \(tasks.joined(separator: ", ")); choose another dataset or task"
        case .repeatedItem(let dataset, let item):
            "\(dataset) has two examples with the id '\(item)'; give each an id of its own"
        case .overBudget(let method, let kept, let budget, let tokens):
            "\(method) kept \(kept) positions of \(tokens) context tokens, its budget is \(budget)"
        case .badCompression(let method, let reason):
            "\(method) returned a compressed context that cannot be used: \(reason)"
        case .badCompressor(let folder, let reason):
            "the compressor in \(folder) cannot be used: \(reason)"
        case .badScore(let metric, let value, let item, let low, let high):
            "the metric \(metric) gave \(value) for \(item), expected \(low) to \(high)"
        case .badRatio(let text):
            "'\(text)' is not a compression ratio; a ratio is a number of at least 1, such as 4 or 16"
        case .badBudget(let text):
            "'\(text)' is not a budget; a budget is a whole number of decoder positions, such as 64"
        case .noVersion(let kind, let name):
            "the \(kind) \(name) comes from outside this package and its card states no version; give it "
                + "one, and a new one whenever what it does changes, so that cells are scored again"
        case .contextTooLong(let tokens, let limit, let document):
            "document \(document) has \(tokens) tokens with its prompt, the model reads at most \(limit); "
                + "leave it out or choose a model with a longer context"
        case .withoutWeights(let model):
            "the weights of \(model) are not here: it answers in another program, which takes nothing but text; choose "
                + "methods that keep text ('family:hard'), with --scorer where they ask how likely it is"
        case .withoutLikelihoods(let model, let task):
            "\(model) answers in another program, which does not say what the task \(task) is scored by: how likely "
                + "given words are; choose another task with --tasks"
        case .fewExamples(let asked, let found, let task):
            "\(asked) worked examples are asked for and there are \(found) for the task \(task) in other "
                + "documents; ask for fewer or name more data with --shots-from"
        case .oneDocument(let control):
            "\(control) needs at least 2 documents and the dataset has 1; ask for more documents"
        }
    }

    public var errorDescription: String? { description }
}
