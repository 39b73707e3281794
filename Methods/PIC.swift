import Contract
import SoftPrompts
import Tensors

/// Parallelized iterative compression: ICAE whose memory tokens each see their own chunk only.
///
/// arXiv 2602.13980. The context is cut into consecutive chunks with the same number of memory
/// tokens each; a block-wise attention mask narrows a memory token's view to its chunk, and all
/// chunks are encoded in one pass.
public struct PIC: SoftPromptMethod {
    public static let card = MethodCard(
        id: "pic", name: "PIC", family: .softPrompt,
        summary: "Memory tokens that each see only their own chunk of the context.",
        loses: "What does not fit into a chunk's own memory tokens, and what two chunks say together.",
        paper: "https://arxiv.org/abs/2602.13980",
        parameters: [
            "contextScope":
                "what a context token sees: all before it, or of its own chunk only, which costs less",
            "memoriesPerChunk": "memory tokens a chunk, which is so many times the ratio long",
            "positions": "where memory tokens sit: spread over the context, or one behind the other",
            "visibility":
                "what a memory token sees: its own chunk, or the memory tokens of earlier chunks too",
        ])

    public struct Parameters: MethodParameters {
        /// What memory tokens see.
        public var visibility = Visibility.chunk
        /// What context tokens see; cut at the chunk, cost grows linearly with the context.
        public var contextScope = ContextScope.full
        /// Memory tokens a chunk; a chunk is this many times the ratio long.
        public var memoriesPerChunk = 1
        public var positions = MemoryPositions.spread

        public static let ranges: [String: ClosedRange<Double>] = ["memoriesPerChunk": 1...64]

        public init() {}
    }

    public enum Visibility: String, Codable, CaseIterable, Sendable {
        case chunk
        /// Also the memory tokens of earlier chunks: the iterative reading.
        case chunkAndMemory = "chunk+memory"
    }

    public enum ContextScope: String, Codable, CaseIterable, Sendable {
        /// Causal over the whole context.
        case full
        /// Causal within the chunk.
        case chunk
    }

    public let parameters: Parameters

    public init(parameters: Parameters) {
        self.parameters = parameters
    }

    public func encode(_ contexts: [Context], with compressor: Compressor, in c: Computation) -> SoftPrompts {
        func visible(_ context: Context, _ memory: MemoryToken) -> [Range<Int>] {
            let first = memory.index / parameters.memoriesPerChunk * parameters.memoriesPerChunk
            let chunk = chunk(startingAt: first, of: context)
            switch parameters.visibility {
            case .chunk: return [memory.context(chunk), memory.memories(from: first)]
            case .chunkAndMemory: return [memory.context(chunk), memory.memories(from: 0)]
            }
        }
        switch (parameters.contextScope, parameters.visibility) {
        case (.chunk, .chunk):
            return compressor.encodeApart(
                contexts, positions: parameters.positions, chunks: chunks(of:), visible: visible, in: c)
        case (.chunk, .chunkAndMemory):
            return compressor.encode(
                contexts, positions: parameters.positions, chunks: chunks(of:), visible: visible, in: c)
        case (.full, _):
            return compressor.encode(
                contexts, positions: parameters.positions, visible: visible, in: c)
        }
    }

    /// The chunk of the memory tokens from `first` on: their windows together.
    private func chunk(startingAt first: Int, of context: Context) -> Range<Int> {
        let last = min(first + parameters.memoriesPerChunk, context.budget) - 1
        return context.window(first).lowerBound..<context.window(last).upperBound
    }

    private func chunks(of context: Context) -> [Range<Int>] {
        stride(from: 0, to: context.budget, by: parameters.memoriesPerChunk).map {
            chunk(startingAt: $0, of: context)
        }
    }
}
