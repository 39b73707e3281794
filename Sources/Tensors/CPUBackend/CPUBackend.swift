import CKernels

/// The processor's cores, through OpenBLAS and the kernels of CKernels.
public struct CPUBackend: Backend {
    /// Whether many rows may be rounded to bfloat16 to meet bfloat16 weights by the processor's own
    /// products of such numbers, twice as fast, and few rows to whole numbers of 16 bits to meet weights in blocks;
    /// sums are float32 either way.
    public let isRounding: Bool

    /// The smallest weight of which a row is sought through a copy (`RowScreen`), in bytes: a smaller one is
    /// read from a cache anyway.
    public let leastScreenedBytes: Int

    public init(isRounding: Bool = true, leastScreenedBytes: Int = 16 << 20) {
        self.isRounding = isRounding
        self.leastScreenedBytes = leastScreenedBytes
    }

    public func multiply(
        _ a: Tensor, transposed transposeA: Bool, _ b: Tensor, transposed transposeB: Bool,
        alpha: Float, beta: Float, into c: Tensor
    ) {
        let inner = transposeA ? a.rows : a.width
        precondition(inner == (transposeB ? b.width : b.rows), "\(a.shape) by \(b.shape)")
        pb_gemm(
            transposeA, transposeB, c.rows, c.width, inner, alpha, a.floats, a.width, b.floats,
            b.width, beta, c.floats, c.width)
    }

    public func linear(_ x: Tensor, _ weights: [Tensor], into results: [Tensor]) {
        guard let first = weights.first else { return }
        let projections = zip(weights, results).map { weight, y in
            pb_projection(weights: weight.pointer, n: weight.rows, y: y.floats)
        }
        pb_linear(
            first.elementType.kernelElement, isRounding, x.rows, x.width, x.floats, projections.count,
            projections)
    }

    public func add(_ a: Tensor, _ b: Tensor, scale: Float, into y: Tensor) {
        pb_add(y.count, a.floats, scale, b.floats, y.floats)
    }

    public func add(_ x: Tensor, scaledBy alpha: Float, to y: Tensor) {
        pb_axpy(y.count, alpha, x.floats, y.floats)
    }

    public func multiplyElements(_ a: Tensor, _ b: Tensor, into y: Tensor, adding: Bool) {
        pb_multiply(y.count, a.floats, b.floats, y.floats, adding)
    }

    public func addRow(_ bias: Tensor, to y: Tensor) {
        pb_add_row(y.rows, y.width, bias.floats, y.floats)
    }

    public func sumRows(_ x: Tensor, to out: Tensor) {
        pb_sum_rows(x.rows, x.width, x.floats, out.floats)
    }

    public func rmsNorm(
        _ x: Tensor, _ weight: Tensor, epsilon: Float, into y: Tensor, inverseRMS: Tensor
    ) {
        pb_rms_norm(
            inverseRMS.count, weight.count, epsilon, x.floats, weight.floats, y.floats,
            inverseRMS.floats)
    }

    public func rmsNormBackward(
        _ x: Tensor, _ weight: Tensor, inverseRMS: Tensor, upstream: Tensor, x dx: Tensor?,
        adding: Bool, weight dw: Tensor?
    ) {
        pb_rms_norm_backward(
            inverseRMS.count, weight.count, x.floats, weight.floats, inverseRMS.floats,
            upstream.floats, dx?.floats, adding, dw?.floats)
    }

    public func rope(_ x: Tensor, _ table: RotaryTable, inverse: Bool, into y: Tensor, adding: Bool) {
        pb_rope(
            x.rows, x.width / table.headDim, table.headDim, table.half, table.cosines.floats,
            table.sines.floats, inverse ? -1 : 1, x.floats, y.floats, adding)
    }

    public func attention(
        _ q: Tensor, _ k: Tensor, _ v: Tensor, _ plans: [any AttentionPlan], _ shape: AttentionShape,
        into out: Tensor, logSumExp: Tensor
    ) {
        let kernelShape = shape.kernelShape(for: k, rounding: isRounding)
        for (plan, kvHeads) in shape.parts(of: plans) {
            pb_attention(
                plan.pointer, kernelShape, kvHeads.lowerBound, kvHeads.count, q.floats, k.pointer,
                v.pointer, out.floats, logSumExp.floats)
        }
    }

    public func attentionBackward(
        _ q: Tensor, _ k: Tensor, _ v: Tensor, _ plans: [any AttentionPlan], _ shape: AttentionShape,
        out: Tensor, logSumExp: Tensor, upstream: Tensor, q dq: Tensor?, k dk: Tensor?, v dv: Tensor?
    ) {
        let kernelShape = shape.kernelShape(for: k, rounding: false)
        for (plan, kvHeads) in shape.parts(of: plans) {
            pb_attention_backward(
                plan.pointer, kernelShape, kvHeads.lowerBound, kvHeads.count, q.floats, k.floats, v.floats,
                out.floats, logSumExp.floats, upstream.floats, dq?.floats, dk?.floats, dv?.floats)
        }
    }

    public func attentionMass(
        _ queries: Tensor, _ keys: Tensor, seen: Int, largest: Bool, _ shape: AttentionShape,
        into mass: Tensor
    ) {
        pb_attention_mass(
            shape.kernelShape(for: keys, rounding: false), queries.rows, seen, queries.floats, keys.floats,
            largest, mass.floats)
    }

    public func swiglu(_ gate: Tensor, _ up: Tensor, into y: Tensor) {
        pb_swiglu(y.count, gate.floats, up.floats, y.floats)
    }

    public func swigluBackward(
        _ gate: Tensor, _ up: Tensor, upstream: Tensor, gate dg: Tensor, up du: Tensor, adding: Bool
    ) {
        pb_swiglu_backward(
            upstream.count, gate.floats, up.floats, upstream.floats, dg.floats, du.floats,
            adding)
    }

    public func geglu(_ gate: Tensor, _ up: Tensor, into y: Tensor) {
        pb_geglu(y.count, gate.floats, up.floats, y.floats)
    }

    public func gegluBackward(
        _ gate: Tensor, _ up: Tensor, upstream: Tensor, gate dg: Tensor, up du: Tensor, adding: Bool
    ) {
        pb_geglu_backward(
            upstream.count, gate.floats, up.floats, upstream.floats, dg.floats, du.floats,
            adding)
    }

    public func gatherRows(_ table: Tensor, _ ids: [Int32], into y: Tensor) {
        pb_gather_rows(
            table.elementType.kernelElement, ids.count, table.width, table.pointer, ids,
            y.floats)
    }

    public func scatterAddRows(_ rows: Tensor, _ ids: [Int32], to table: Tensor) {
        pb_scatter_add_rows(ids.count, table.width, rows.floats, ids, table.floats)
    }

    public func windowMean(_ x: Tensor, _ windows: [Range<Int>], into y: Tensor) {
        pb_window_mean(
            windows.count, x.width, x.floats, windows.map { Int32($0.lowerBound) },
            windows.map { Int32($0.upperBound) }, y.floats)
    }

    public func windowMeanBackward(_ upstream: Tensor, _ windows: [Range<Int>], to dx: Tensor) {
        pb_window_mean_backward(
            windows.count, upstream.width, upstream.floats, windows.map { Int32($0.lowerBound) },
            windows.map { Int32($0.upperBound) }, dx.floats)
    }

    public func crossEntropy(
        _ logits: Tensor, _ targets: [Int32], losses: Tensor, logSumExp: Tensor
    ) {
        pb_cross_entropy(
            logits.rows, logits.width, logits.floats, targets, losses.floats, logSumExp.floats)
    }

    public func crossEntropyBackward(
        _ logits: Tensor, _ targets: [Int32], weights: [Float], logSumExp: Tensor, into gradient: Tensor,
        adding: Bool
    ) {
        pb_cross_entropy_backward(
            logits.rows, logits.width, logits.floats, targets, weights, logSumExp.floats,
            gradient.floats, adding)
    }

    public func argmax(_ x: Tensor) -> [Int32] {
        [Int32](unsafeUninitializedCapacity: x.rows) { buffer, initialized in
            if let base = buffer.baseAddress { pb_argmax(x.rows, x.width, x.floats, base) }
            initialized = x.rows
        }
    }

    public func bestRows(of weight: Tensor, for x: Tensor) -> [Int32] {
        // One row is bound by the bytes of the weight that it reads, several by their products. Blocks have no
        // more of them than a copy.
        if x.rows == 1, !weight.elementType.isBlocked, weight.byteCount >= leastScreenedBytes,
            let best = (weight.storage as? HostMemory)?.screen?.bestRow(of: weight, for: x)
        {
            return [best]
        }
        let products = Tensor(uninitialized: [x.rows, weight.rows])
        linear(x, [weight], into: [products])
        return argmax(products)
    }

    public func sumOfSquares(_ x: Tensor) -> Double {
        pb_sum_of_squares(x.count, x.floats)
    }

    public func adamW(
        _ parameter: Tensor, _ gradient: Tensor, state: AdamW.Moments, _ step: AdamW.Step
    ) {
        pb_adamw(
            parameter.count, parameter.floats, gradient.floats, state.first.floats,
            state.second.floats, step.rate, step.beta1, step.beta2, step.epsilon, step.weightDecay,
            step.correction1, step.correction2)
    }
}
