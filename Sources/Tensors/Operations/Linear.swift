extension Computation {
    /// x weightᵀ; x: [rows, in], weight: [out, in], bias: [out] or nil; result: [rows, out].
    ///
    /// Weights may be stored in 16 bits; the arithmetic is float32.
    public func linear(_ x: Tensor, _ weight: Tensor, bias: Tensor? = nil) -> Tensor {
        precondition(x.width == weight.width, "rows of \(x.width) meet a weight \(weight.shape)")
        let y = Tensor(shape: [x.rows, weight.rows])
        backend.linear(x, weight, into: y)
        if let bias { backend.addRow(bias, to: y) }
        record(y, from: [x, weight] + (bias.map { [$0] } ?? [])) { upstream in
            if x.needsGradient {
                let wide = weight.elementType == .float32 ? weight : weight.copy()
                backend.multiply(
                    upstream, transposed: false, wide, transposed: false, alpha: 1, beta: 1,
                    into: x.gradientForAdding())
            }
            if weight.needsGradient {
                backend.multiply(
                    upstream, transposed: true, x, transposed: false, alpha: 1, beta: 1,
                    into: weight.gradientForAdding())
            }
            if let bias, bias.needsGradient {
                backend.sumRows(upstream, to: bias.gradientForAdding())
            }
        }
        return y
    }
}
