/// How numbers are stored: one by one, or in blocks that share scales, as GGUF files have them (ggml's
/// `ggml-quants.c`).
public enum ElementType: String, Sendable, CaseIterable {
    case float32 = "F32"
    case bfloat16 = "BF16"
    case float16 = "F16"
    case q4_0 = "Q4_0"
    case q4_1 = "Q4_1"
    case q5_0 = "Q5_0"
    case q5_1 = "Q5_1"
    case q8_0 = "Q8_0"
    case q4_K = "Q4_K"
    case q5_K = "Q5_K"
    case q6_K = "Q6_K"

    /// Elements of a block and the bytes that they take; a block of one where they are stored one by one.
    public var block: (elements: Int, bytes: Int) {
        switch self {
        case .float32: (1, 4)
        case .bfloat16, .float16: (1, 2)
        case .q4_0: (32, 2 + 16)
        case .q4_1: (32, 4 + 16)
        case .q5_0: (32, 2 + 4 + 16)
        case .q5_1: (32, 4 + 4 + 16)
        case .q8_0: (32, 2 + 32)
        case .q4_K: (256, 4 + 12 + 128)
        case .q5_K: (256, 4 + 12 + 32 + 128)
        case .q6_K: (256, 128 + 64 + 16 + 2)
        }
    }

    public var isBlocked: Bool { block.elements > 1 }

    /// Bytes of one element where they are stored one by one.
    public var size: Int {
        precondition(!isBlocked, "\(rawValue) has no elements by themselves")
        return block.bytes
    }

    /// Bytes of so many elements: whole blocks.
    public func bytes(of count: Int) -> Int {
        precondition(count % block.elements == 0, "\(count) elements are no blocks of \(rawValue)")
        return count / block.elements * block.bytes
    }
}
