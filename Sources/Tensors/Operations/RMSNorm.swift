extension Computation {
    /// x / √(mean x² + ε) · weight over groups of `weight.count` elements (Zhang & Sennrich 2019).
    ///
    /// A weight as wide as a head normalises each head on its own.
    public func rmsNorm(_ x: Tensor, _ weight: Tensor, epsilon: Float) -> Tensor {
        precondition(x.count % weight.count == 0, "\(x.shape) is not made of groups of \(weight.count)")
        let y = Tensor(uninitialized: x.shape, on: backend)
        let inverseRMS = Tensor(uninitialized: [x.count / weight.count], on: backend)
        backend.rmsNorm(x, weight, epsilon: epsilon, into: y, inverseRMS: inverseRMS)
        record(y, from: [x, weight]) { upstream in
            let gradient = x.needsGradient ? x.gradientForWriting() : nil
            backend.rmsNormBackward(
                x, weight, inverseRMS: inverseRMS, upstream: upstream, x: gradient?.tensor,
                adding: gradient?.adding ?? false,
                weight: weight.needsGradient ? weight.gradientForAdding() : nil)
        }
        return y
    }
}
