import Foundation
import LanguageModels
import Synchronization
import Tokenizers

/// The model that answers.
public enum DecoderModel: Sendable {
    /// In this process, with its weights.
    case opened(Backbone)
    /// In another program, which is given text.
    case served(name: String, contentHash: String, tokenizer: Tokenizer)

    public var name: String {
        switch self {
        case .opened(let backbone): backbone.name
        case .served(let name, _, _): name
        }
    }

    /// - Throws: ``ContractError`` where it answers in another program, which takes nothing but text
    public var backbone: Backbone {
        get throws {
            guard case .opened(let backbone) = self else { throw ContractError.withoutWeights(model: name) }
            return backbone
        }
    }

    /// What its outputs depend on: that of its files, or of what is known about it.
    public var contentHash: String {
        switch self {
        case .opened(let backbone): backbone.contentHash
        case .served(_, let hash, _): hash
        }
    }

    /// The tokens that budgets are counted in.
    public var tokenizer: Tokenizer {
        switch self {
        case .opened(let backbone): backbone.tokenizer
        case .served(_, _, let tokenizer): tokenizer
        }
    }
}

/// What methods may open: the decoder, the folders of trained things, and what other cells found there.
public struct Resources: Sendable {
    /// The model that answers, with or without its weights.
    public let decoder: DecoderModel
    /// Another model that says how likely a text is; nil where the decoder does.
    public let scorer: Backbone?
    /// Folders of trained compressors; nil for the model's own, of which the best fit is taken.
    public let compressors: [URL]?
    /// Whether compressors are used at ratios outside those that they were trained at.
    public let reachesBeyondTraining: Bool
    /// The dataset that is compressed, as `DocumentStream.id` has it; nil where there is none.
    public let dataset: String?
    private let shared = SharedValues()

    /// - Parameters:
    ///   - decoder: the model that answers
    ///   - scorer: says how likely a text is in place of the decoder
    ///   - compressors: folders that each hold folders of compressors
    ///   - reachesBeyondTraining: whether compressors are used at ratios outside those of their training
    ///   - dataset: what is compressed, for compressors that may have learned from it
    public init(
        _ decoder: DecoderModel, scorer: Backbone? = nil, compressors: [URL]? = nil,
        reachesBeyondTraining: Bool = false, dataset: String? = nil
    ) {
        self.decoder = decoder
        self.scorer = scorer
        self.compressors = compressors
        self.reachesBeyondTraining = reachesBeyondTraining
        self.dataset = dataset
    }

    public init(
        _ backbone: Backbone, scorer: Backbone? = nil, compressors: [URL]? = nil,
        reachesBeyondTraining: Bool = false, dataset: String? = nil
    ) {
        self.init(
            .opened(backbone), scorer: scorer, compressors: compressors,
            reachesBeyondTraining: reachesBeyondTraining, dataset: dataset)
    }

    /// The decoder, frozen; methods may use it as an encoder too.
    /// - Throws: ``ContractError`` where it answers in another program, which takes nothing but text
    public var backbone: Backbone { get throws { try decoder.backbone } }

    /// The tokens that budgets are counted in.
    public var tokenizer: Tokenizer { decoder.tokenizer }

    /// What `make` returns the first time that the key is asked for; the same for every cell of a grid.
    public func once<Value: Sendable>(_ key: String, make: () throws -> Value) rethrows -> Value {
        if let known = shared.value(of: key) as? Value { return known }
        let made = try make()
        shared.keep(made, as: key)
        return made
    }
}

private final class SharedValues: Sendable {
    private let known = Mutex<[String: any Sendable]>([:])

    func value(of key: String) -> (any Sendable)? { known.withLock { $0[key] } }

    func keep(_ value: any Sendable, as key: String) { known.withLock { $0[key] = value } }
}
