import Contract
import LanguageModels
import Synchronization
import Tensors

/// A method with weights of its own, which a compressor's folder holds.
///
/// What it learns is in the protocols that refine it: `SoftPromptMethod`, and `TokenClassifierMethod` of hard prompts.
public protocol TrainableMethod: CompressionMethod {
    /// Whether the untrained compressor, made from the base model, is a method of its own right.
    static var worksUntrained: Bool { get }
    /// Whether it is also trained to give the context back word by word.
    static var readsBack: Bool { get }
    /// Whether the decoder learns to read what it makes, by low-rank additions of its own.
    static var trainsDecoder: Bool { get }

    /// What is kept of contexts, in one packed pass where it can be.
    func keep(_ contexts: [Context], with compressor: Compressor, in c: Computation) -> [Kept]
}

extension TrainableMethod {
    public static var worksUntrained: Bool { false }
    public static var readsBack: Bool { true }
    public static var trainsDecoder: Bool { false }

    /// Of the model's own compressors the one that fits best; of those that were named, each that fits.
    public func preparations(for demand: Demand, from resources: Resources) throws -> [any Preparation] {
        let folders = try resources.once("compressors") { try CompressorFolder.all(of: resources) }
        let fitting = try CompressorFolder.fitting(
            self, demand, among: folders, beyond: resources.reachesBeyondTraining)
        guard !fitting.isEmpty else {
            return [TrainedPreparation(self, .untrained(try resources.backbone.model))]
        }
        let backbone = try resources.backbone
        // Only what is used is read; the same weights in several folders are used once.
        var hashes: Set<String> = []
        return try (resources.compressors == nil ? Array(fitting.prefix(1)) : fitting).map { folder in
            let stored = try resources.once("compressor \(folder.url.resolvingSymlinksInPath().path)") {
                try StoredCompressor(folder)
            }
            return (folder, stored)
        }.filter { hashes.insert($1.contentHash).inserted }.map { folder, stored in
            TrainedPreparation(
                self, .stored(stored, backbone),
                PreparedContent(
                    name: folder.card.name, hash: stored.contentHash, isTrained: true,
                    isBeyondTraining: !folder.isTrained(for: demand),
                    warnings: folder.warnings(at: demand, of: resources.dataset)))
        }
    }

    /// A preparation with a compressor that is open already, such as one in training.
    public func preparation(with compressor: Compressor) -> any Preparation {
        TrainedPreparation(self, .given(compressor))
    }
}

/// A method with its compressor, whose weights are read when a cell begins and freed when it ends.
private final class TrainedPreparation<Method: TrainableMethod>: Preparation {
    enum Source: Sendable {
        case stored(StoredCompressor, Backbone)
        case given(Compressor)
        /// As it is made from the base model.
        case untrained(LanguageModel)
    }

    let method: Method
    let source: Source
    /// Of a stored compressor.
    let content: PreparedContent?
    private let opened = Mutex<Compressor?>(nil)

    init(_ method: Method, _ source: Source, _ content: PreparedContent? = nil) {
        self.method = method
        self.source = source
        self.content = content
    }

    func open() throws { _ = try compressor() }

    func close() { opened.withLock { $0 = nil } }

    func compress(_ contexts: [Context], in c: Computation) throws -> [Kept] {
        method.keep(contexts, with: try compressor(), in: c)
    }

    private func compressor() throws -> Compressor {
        try opened.withLock { opened in
            if let opened { return opened }
            let made =
                switch source {
                case .stored(let stored, let backbone): try stored.open(on: backbone)
                case .given(let compressor): compressor
                case .untrained(let model): Compressor(for: model)
                }
            opened = made
            return made
        }
    }
}
