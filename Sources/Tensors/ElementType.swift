/// How numbers are stored.
public enum ElementType: String, Sendable {
    case float32 = "F32"
    case bfloat16 = "BF16"
    case float16 = "F16"

    /// Bytes of one element.
    public var size: Int {
        switch self {
        case .float32: 4
        case .bfloat16, .float16: 2
        }
    }
}
