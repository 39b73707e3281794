extension Computation {
    /// Scaled dot-product attention of each row over the keys that it sees.
    ///
    /// q: [rows, heads × headDim]; k, v: [keys, kvHeads × headDim], or by head, [kvHeads, keys, headDim];
    /// result as q.
    ///
    /// - Parameters:
    ///   - plans: one for all KV heads, or one for each
    ///   - layer: what an observer is told
    public func attention(
        _ q: Tensor, _ k: Tensor, _ v: Tensor, _ plans: [any AttentionPlan], _ shape: AttentionShape,
        layer: Int = 0
    ) -> Tensor {
        precondition(
            plans.count == 1 || plans.count == shape.kvHeads,
            "\(plans.count) masks for \(shape.kvHeads) KV heads")
        let keys = k.count / (shape.kvHeads * shape.headDim)
        for plan in plans {
            precondition(q.rows == plan.rows, "a mask of \(plan.rows) rows for \(q.rows) queries")
            precondition(keys >= plan.keyBound, "a mask of \(plan.keyBound) keys for \(keys)")
        }
        observer?.observe(layer: layer, queries: q, keys: k, values: v, shape)
        let out = Tensor(uninitialized: q.shape, on: backend)
        let logSumExp = Tensor(uninitialized: [q.rows, shape.heads], on: backend)
        backend.attention(q, k, v, plans, shape, into: out, logSumExp: logSumExp)
        record(out, from: [q, k, v]) { upstream in
            backend.attentionBackward(
                q, k, v, plans, shape, out: out, logSumExp: logSumExp, upstream: upstream,
                q: q.needsGradient ? q.gradientForAdding() : nil,
                k: k.needsGradient ? k.gradientForAdding() : nil,
                v: v.needsGradient ? v.gradientForAdding() : nil)
        }
        return out
    }
}
