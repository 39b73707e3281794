import Contract
import LanguageModels
import Synchronization
import Tensors

/// A method with weights of its own: it writes only its forward pass, which training
/// differentiates and compression runs without a tape.
public protocol TrainableMethod: CompressionMethod {
    /// Whether the untrained compressor, made from the base model, is a method of its own right.
    static var worksUntrained: Bool { get }
    /// Whether it is also trained to give the context back word by word.
    static var readsBack: Bool { get }
    /// Whether the decoder learns to read what it makes, by low-rank additions of its own.
    static var trainsDecoder: Bool { get }

    /// What stands for all contexts, in one packed pass where it can be.
    func encode(_ contexts: [Context], with compressor: Compressor, in c: Computation) -> SoftPrompts
}

/// What stands for several contexts, as a compressor made it.
public struct SoftPrompts {
    public enum Form {
        /// Input embeddings, [rows, hidden].
        case slots(Tensor)
        /// Keys and values of every layer.
        case keys(LayerKeys)
    }

    /// One context behind the other.
    public let form: Form
    /// The rows of each context.
    public let ranges: [Range<Int>]
    /// The decoder's position of each row, counted from the context's first token.
    public let positions: [[Int]]
    /// Where the prompt goes on behind each context.
    public let next: [Int]

    public init(_ form: Form, ranges: [Range<Int>], positions: [[Int]], next: [Int]) {
        self.form = form
        self.ranges = ranges
        self.positions = positions
        self.next = next
    }

    /// slots: [slots of all contexts, hidden]
    public init(slots: Tensor, ranges: [Range<Int>], positions: [[Int]], next: [Int]) {
        self.init(.slots(slots), ranges: ranges, positions: positions, next: next)
    }

    /// Input embeddings, where it is made of those.
    public var slots: Tensor? {
        if case .slots(let slots) = form { slots } else { nil }
    }

    /// Keys and values, where it is made of those.
    public var keys: LayerKeys? {
        if case .keys(let keys) = form { keys } else { nil }
    }
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
                self, .stored(stored, backbone), name: folder.name(at: demand),
                warnings: folder.warnings(at: demand, of: resources.dataset))
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
    /// Of the compressor where results are shown.
    let name: String
    let warnings: [String]
    private let opened = Mutex<Compressor?>(nil)

    init(_ method: Method, _ source: Source, name: String = "", warnings: [String] = []) {
        self.method = method
        self.source = source
        self.name = name
        self.warnings = warnings
    }

    var content: PreparedContent? {
        guard case .stored(let stored, _) = source else { return nil }
        return PreparedContent(
            name: name, hash: stored.contentHash, isTrained: true, warnings: warnings)
    }

    func open() throws { _ = try compressor() }

    func close() { opened.withLock { $0 = nil } }

    func compress(_ contexts: [Context], in c: Computation) throws -> [Kept] {
        let compressor = try compressor()
        return compressor.kept(of: contexts, method.encode(contexts, with: compressor, in: c), in: c)
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
