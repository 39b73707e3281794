extension Computation {
    /// x weightᵀ; x: [rows, in], weight: [out, in], bias: [out] or nil; result: [rows, out].
    ///
    /// Weights may be stored in 16 bits or in blocks of fewer; sums are float32. Many rows meet bfloat16 weights rounded to
    /// bfloat16 themselves, where the processor has such products, and few rows meet blocks rounded to 16 bits.
    public func linear(_ x: Tensor, _ weight: Tensor, bias: Tensor? = nil) -> Tensor {
        linear(x, [(weight, bias)])[0]
    }

    /// Several projections of the same rows, in one pass over them.
    public func linear(_ x: Tensor, _ projections: [(weight: Tensor, bias: Tensor?)]) -> [Tensor] {
        for (weight, _) in projections {
            precondition(x.width == weight.width, "rows of \(x.width) meet a weight \(weight.shape)")
        }
        let results = projections.map { Tensor(uninitialized: [x.rows, $0.weight.rows], on: backend) }
        let weights = projections.map(\.weight)
        if weights.allSatisfy({ $0.elementType == weights.first?.elementType }) {
            backend.linear(x, weights, into: results)
        } else {
            for (weight, y) in zip(weights, results) { backend.linear(x, [weight], into: [y]) }
        }
        for ((weight, bias), y) in zip(projections, results) {
            if let bias { backend.addRow(bias, to: y) }
            record(y, from: [x, weight] + (bias.map { [$0] } ?? [])) { upstream in
                linearBackward(upstream, x, weight, bias)
            }
        }
        return results
    }

    private func linearBackward(_ upstream: Tensor, _ x: Tensor, _ weight: Tensor, _ bias: Tensor?) {
        if x.needsGradient {
            let wide = weight.elementType == .float32 ? weight : weight.copy()
            let (gradient, adding) = x.gradientForWriting()
            backend.multiply(
                upstream, transposed: false, wide, transposed: false, alpha: 1, beta: adding ? 1 : 0,
                into: gradient)
        }
        if weight.needsGradient {
            let (gradient, adding) = weight.gradientForWriting()
            backend.multiply(
                upstream, transposed: true, x, transposed: false, alpha: 1, beta: adding ? 1 : 0,
                into: gradient)
        }
        if let bias, bias.needsGradient { backend.sumRows(upstream, to: bias.gradientForAdding()) }
    }
}
