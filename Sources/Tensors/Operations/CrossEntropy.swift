extension Computation {
    /// Σ weight · -ln softmax(logits)[target] / Σ weight; result: [1].
    ///
    /// logits: [rows, vocabulary]; targets, weights: one a row.
    public func crossEntropy(_ logits: Tensor, targets: [Int32], weights: [Float]) -> Tensor {
        precondition(
            targets.count == logits.rows && weights.count == logits.rows,
            "\(logits.rows) rows, \(targets.count) targets, \(weights.count) weights")
        precondition(
            targets.allSatisfy { $0 >= 0 && Int($0) < logits.width },
            "a target outside 0..<\(logits.width)")
        let losses = Tensor(uninitialized: [logits.rows], on: backend)
        let logSumExp = Tensor(uninitialized: [logits.rows], on: backend)
        backend.crossEntropy(logits, targets, losses: losses, logSumExp: logSumExp)
        let total = weights.reduce(0) { $0 + Double($1) }
        let sum = zip(losses.values, weights).reduce(0) { $0 + Double($1.0) * Double($1.1) }
        let loss = Tensor([total > 0 ? Float(sum / total) : 0], shape: [1], on: backend)
        record(loss, from: [logits]) { upstream in
            let scale = total > 0 ? upstream.values[0] / Float(total) : 0
            let (gradient, adding) = logits.gradientForWriting()
            backend.crossEntropyBackward(
                logits, targets, weights: weights.map { $0 * scale }, logSumExp: logSumExp, into: gradient,
                adding: adding)
        }
        return loss
    }

    /// -ln softmax(logits)[target] of each row, without a gradient.
    ///
    /// logits: [rows, vocabulary]; targets: one a row.
    public func losses(_ logits: Tensor, targets: [Int32]) -> [Float] {
        precondition(targets.count == logits.rows, "\(logits.rows) rows, \(targets.count) targets")
        let losses = Tensor(uninitialized: [logits.rows])
        backend.crossEntropy(
            logits, targets, losses: losses, logSumExp: Tensor(uninitialized: [logits.rows]))
        return losses.values
    }
}
