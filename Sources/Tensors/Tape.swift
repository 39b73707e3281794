/// The record of a forward pass, from which gradients are computed in reverse.
public final class Tape {
    private var steps: [() -> Void] = []

    public init() {}

    func record(_ step: @escaping () -> Void) {
        steps.append(step)
    }

    /// Adds d(loss)/d(t) to the gradient of every trainable tensor the loss depends on.
    ///
    /// The tape is used up: what the steps kept alive is freed as the pass goes back.
    /// loss: [1]
    public func backward(from loss: Tensor, scale: Float = 1) {
        precondition(loss.count == 1, "a loss is one number, not \(loss.shape)")
        loss.gradientForAdding().assign([scale])
        while let step = steps.popLast() { step() }
    }
}

/// Where operations run and whether they are recorded: the first argument of every forward pass.
public struct Computation {
    public let backend: any Backend
    /// Nil where no gradient is wanted.
    public let tape: Tape?
    /// Nil where nobody wants to know what attention computes with.
    public let observer: (any AttentionObserver)?

    public init(
        backend: any Backend = .standard, tape: Tape? = nil,
        observer: (any AttentionObserver)? = nil
    ) {
        self.backend = backend
        self.tape = tape
        self.observer = observer
    }

    /// Marks a result and records its backward step, if any of the inputs needs a gradient.
    func record(_ output: Tensor, from inputs: [Tensor], _ backward: @escaping (Tensor) -> Void) {
        guard let tape, inputs.contains(where: \.needsGradient) else { return }
        output.isDerived = true
        tape.record {
            // Where nothing reached this output, nothing flows back through it.
            guard let gradient = output.gradient else { return }
            backward(gradient)
            output.gradient = nil
        }
    }
}
