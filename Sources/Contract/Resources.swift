import Foundation
import LanguageModels
import Synchronization

/// What methods may open: the decoder, the folders of trained things, and what other cells found there.
public struct Resources: Sendable {
    /// The decoder, frozen; methods may use it as an encoder too.
    public let backbone: Backbone
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
    ///   - scorer: says how likely a text is in place of the decoder
    ///   - compressors: folders that each hold folders of compressors
    ///   - reachesBeyondTraining: whether compressors are used at ratios outside those of their training
    ///   - dataset: what is compressed, for compressors that may have learned from it
    public init(
        _ backbone: Backbone, scorer: Backbone? = nil, compressors: [URL]? = nil,
        reachesBeyondTraining: Bool = false, dataset: String? = nil
    ) {
        self.backbone = backbone
        self.scorer = scorer
        self.compressors = compressors
        self.reachesBeyondTraining = reachesBeyondTraining
        self.dataset = dataset
    }

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
