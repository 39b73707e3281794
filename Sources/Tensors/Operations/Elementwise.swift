extension Computation {
    /// a + scale b; both of one shape.
    public func add(_ a: Tensor, _ b: Tensor, scale: Float = 1) -> Tensor {
        precondition(a.count == b.count, "\(a.shape) + \(b.shape)")
        let y = Tensor(shape: a.shape)
        backend.add(a, scaledBy: 1, to: y)
        backend.add(b, scaledBy: scale, to: y)
        record(y, from: [a, b]) { upstream in
            if a.needsGradient { backend.add(upstream, scaledBy: 1, to: a.gradientForAdding()) }
            if b.needsGradient { backend.add(upstream, scaledBy: scale, to: b.gradientForAdding()) }
        }
        return y
    }

    /// a b, element by element; both of one shape.
    public func multiply(_ a: Tensor, _ b: Tensor) -> Tensor {
        precondition(a.count == b.count, "\(a.shape) times \(b.shape)")
        let y = Tensor(shape: a.shape)
        backend.multiplyElements(a, b, into: y, adding: false)
        record(y, from: [a, b]) { upstream in
            if a.needsGradient {
                backend.multiplyElements(upstream, b, into: a.gradientForAdding(), adding: true)
            }
            if b.needsGradient {
                backend.multiplyElements(upstream, a, into: b.gradientForAdding(), adding: true)
            }
        }
        return y
    }

    /// silu(gate) up (Shazeer 2020); both [rows, width].
    public func swiglu(gate: Tensor, up: Tensor) -> Tensor {
        precondition(gate.count == up.count, "\(gate.shape) gates \(up.shape)")
        let y = Tensor(shape: gate.shape)
        backend.swiglu(gate, up, into: y)
        record(y, from: [gate, up]) { upstream in
            backend.swigluBackward(
                gate, up, upstream: upstream, gate: gate.gradientForAdding(),
                up: up.gradientForAdding())
        }
        return y
    }
}
