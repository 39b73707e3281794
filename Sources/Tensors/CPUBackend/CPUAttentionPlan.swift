import CKernels

/// A visibility cut into tiles (attention_plan.c).
final class CPUAttentionPlan: AttentionPlan {
    let pointer: OpaquePointer
    let rows: Int
    let keyBound: Int

    init(_ visibility: Visibility) {
        guard
            let made = pb_attention_plan_make(
                visibility.rows, visibility.starts, visibility.lower, visibility.upper)
        else { preconditionFailure("out of memory for the mask of \(visibility.rows) rows") }
        pointer = made
        rows = visibility.rows
        keyBound = visibility.keyBound
    }

    deinit { pb_attention_plan_free(pointer) }
}

extension AttentionShape {
    /// Neighbouring KV heads that share a plan, together.
    func parts(of plans: [any AttentionPlan]) -> [(plan: CPUAttentionPlan, kvHeads: Range<Int>)] {
        var result: [(plan: CPUAttentionPlan, kvHeads: Range<Int>)] = []
        let headsPerPlan = kvHeads / plans.count
        for (i, plan) in plans.enumerated() {
            guard let plan = plan as? CPUAttentionPlan else {
                preconditionFailure("a mask of another backend: \(type(of: plan))")
            }
            let end = (i + 1) * headsPerPlan
            if let last = result.last, last.plan === plan {
                result[result.count - 1].kvHeads = last.kvHeads.lowerBound..<end
            } else {
                result.append((plan, end - headsPerPlan..<end))
            }
        }
        return result
    }

    func kernelShape(for keys: Tensor, rounding: Bool) -> pb_attention_shape {
        let (keyStride, headStride) = strides(of: keys)
        return pb_attention_shape(
            heads: heads, kv_heads: kvHeads, head_dim: headDim, key_stride: keyStride,
            head_stride: headStride, scale: scale, element: keys.elementType.kernelElement,
            rounding: allowsRounding && rounding)
    }
}
