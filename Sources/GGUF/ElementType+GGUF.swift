import Tensors

/// How a GGUF file names the way in which a tensor's numbers are stored.
extension ElementType {
    init?(ggufCode code: Int) {
        guard let known = Self.allCases.first(where: { $0.ggufCode == code }) else { return nil }
        self = known
    }

    /// ggml's `ggml_type`.
    private var ggufCode: Int {
        switch self {
        case .float32: 0
        case .float16: 1
        case .q4_0: 2
        case .q4_1: 3
        case .q5_0: 6
        case .q5_1: 7
        case .q8_0: 8
        case .q4_K: 12
        case .q5_K: 13
        case .q6_K: 14
        case .bfloat16: 30
        }
    }

    static func name(ofGGUFCode code: Int) -> String {
        let others = [
            9: "Q8_1", 10: "Q2_K", 11: "Q3_K", 15: "Q8_K", 16: "IQ2_XXS", 17: "IQ2_XS", 18: "IQ3_XXS",
            19: "IQ1_S",
            20: "IQ4_NL", 21: "IQ3_S", 22: "IQ2_S", 23: "IQ4_XS", 24: "I8", 25: "I16", 26: "I32", 27: "I64",
            28: "F64",
            29: "IQ1_M", 34: "TQ1_0", 35: "TQ2_0", 39: "MXFP4",
        ]
        return others[code] ?? Self(ggufCode: code)?.rawValue ?? "type \(code)"
    }

    /// What a tensor takes; nil where its rows are not whole blocks, or it is larger than anything.
    func bytes(ofShape shape: [Int]) -> Int? {
        guard let width = shape.last, width % block.elements == 0 else { return nil }
        var count = 1
        for side in shape {
            let (product, overflow) = count.multipliedReportingOverflow(by: side)
            guard !overflow else { return nil }
            count = product
        }
        let (bytes, overflow) = (count / block.elements).multipliedReportingOverflow(by: block.bytes)
        return overflow ? nil : bytes
    }
}
