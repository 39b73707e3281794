extension Computation {
    /// a + scale b; both of one shape.
    public func add(_ a: Tensor, _ b: Tensor, scale: Float = 1) -> Tensor {
        precondition(a.count == b.count, "\(a.shape) + \(b.shape)")
        let y = Tensor(uninitialized: a.shape, on: backend)
        backend.add(a, b, scale: scale, into: y)
        record(y, from: [a, b]) { upstream in
            if b.needsGradient {
                if a.needsGradient || scale != 1 {
                    backend.add(upstream, scaledBy: scale, to: b.gradientForAdding())
                } else {
                    b.addGradient(consuming: upstream, on: backend)
                }
            }
            if a.needsGradient { a.addGradient(consuming: upstream, on: backend) }
        }
        return y
    }

    /// a b, element by element; both of one shape.
    public func multiply(_ a: Tensor, _ b: Tensor) -> Tensor {
        precondition(a.count == b.count, "\(a.shape) times \(b.shape)")
        let y = Tensor(uninitialized: a.shape, on: backend)
        backend.multiplyElements(a, b, into: y, adding: false)
        record(y, from: [a, b]) { upstream in
            if a.needsGradient {
                let (gradient, adding) = a.gradientForWriting()
                backend.multiplyElements(upstream, b, into: gradient, adding: adding)
            }
            if b.needsGradient {
                let (gradient, adding) = b.gradientForWriting()
                backend.multiplyElements(upstream, a, into: gradient, adding: adding)
            }
        }
        return y
    }

    /// factor x
    public func scaled(_ x: Tensor, by factor: Float) -> Tensor {
        let y = Tensor(shape: x.shape, on: backend)
        backend.add(x, scaledBy: factor, to: y)
        record(y, from: [x]) { upstream in
            backend.add(upstream, scaledBy: factor, to: x.gradientForAdding())
        }
        return y
    }

    /// silu(gate) up (Shazeer 2020); both [rows, width].
    public func swiglu(gate: Tensor, up: Tensor) -> Tensor {
        gated(gate, up, backend.swiglu, backend.swigluBackward)
    }

    /// gelu(gate) up (Shazeer 2020), GELU by the hyperbolic tangent; both [rows, width].
    public func geglu(gate: Tensor, up: Tensor) -> Tensor {
        gated(gate, up, backend.geglu, backend.gegluBackward)
    }

    private func gated(
        _ gate: Tensor, _ up: Tensor, _ forward: (Tensor, Tensor, Tensor) -> Void,
        _ backward: @escaping (Tensor, Tensor, Tensor, Tensor, Tensor, Bool) -> Void
    ) -> Tensor {
        precondition(gate.count == up.count, "\(gate.shape) gates \(up.shape)")
        precondition(gate !== up, "a tensor cannot gate itself")
        let y = Tensor(uninitialized: gate.shape, on: backend)
        forward(gate, up, y)
        record(y, from: [gate, up]) { upstream in
            let isFresh = gate.gradient == nil && up.gradient == nil
            backward(
                gate, up, upstream,
                isFresh ? gate.gradientForWriting().tensor : gate.gradientForAdding(),
                isFresh ? up.gradientForWriting().tensor : up.gradientForAdding(), !isFresh)
        }
        return y
    }
}
