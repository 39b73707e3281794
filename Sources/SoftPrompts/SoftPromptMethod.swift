import Contract
import LanguageModels
import Tensors

/// A method that puts something learned in place of a context: it writes only its forward pass, which training
/// differentiates and compression runs without a tape.
public protocol SoftPromptMethod: TrainableMethod {
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

extension SoftPromptMethod {
    public func keep(_ contexts: [Context], with compressor: Compressor, in c: Computation) -> [Kept] {
        compressor.kept(of: contexts, encode(contexts, with: compressor, in: c), in: c)
    }
}
