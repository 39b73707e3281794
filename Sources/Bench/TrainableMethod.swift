import Tensors

/// A method with weights of its own: it writes only its forward pass, which training
/// differentiates and compression runs without a tape.
public protocol TrainableMethod: CompressionMethod {
    /// Whether the untrained compressor, made from the base model, is a method of its own right.
    static var worksUntrained: Bool { get }

    /// The slots of all contexts in one packed pass.
    func encode(_ contexts: [Context], with compressor: Compressor, in c: Computation) -> SoftPrompts
}

/// Slots of several contexts.
public struct SoftPrompts {
    /// [slots of all contexts, hidden], one context behind the other
    public let slots: Tensor
    /// The rows of each context.
    public let ranges: [Range<Int>]
    /// The decoder's position of each slot, counted from the context's first token.
    public let positions: [[Int]]
    /// Where the prompt goes on behind each context.
    public let next: [Int]

    public init(slots: Tensor, ranges: [Range<Int>], positions: [[Int]], next: [Int]) {
        self.slots = slots
        self.ranges = ranges
        self.positions = positions
        self.next = next
    }
}

extension TrainableMethod {
    public static var worksUntrained: Bool { false }

    public func compress(_ context: Context, with tools: Tools) throws -> CompressedContext {
        try compress([context], with: tools)[0]
    }

    public func compress(_ contexts: [Context], with tools: Tools) throws -> [CompressedContext] {
        guard let compressor = tools.compressor ?? (Self.worksUntrained ? Compressor(for: tools.model) : nil)
        else { throw BenchError.untrained(method: Self.card.id, ratio: nil, trained: []) }
        let prompts = encode(contexts, with: compressor, in: tools.computation)
        return zip(prompts.ranges, zip(prompts.positions, prompts.next)).map { range, place in
            let kept = CompressedContext.slots(
                prompts.slots.rowsCopy(range), positions: place.0, next: place.1)
            return compressor.lead.map { .introduced(kept, by: $0) } ?? kept
        }
    }
}
