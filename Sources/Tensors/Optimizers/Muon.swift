/// Momentum orthogonalised by Newton-Schulz iterations (Jordan et al. 2024), for hidden matrices.
public final class Muon: Optimizer {
    public let parameters: [Tensor]
    private let momenta: [Tensor]
    private let momentum: Double
    private static let iterations = 5

    public init(_ parameters: [Tensor], momentum: Double = 0.95) {
        precondition(parameters.allSatisfy { $0.shape.count == 2 }, "Muon updates matrices only")
        self.parameters = parameters
        self.momentum = momentum
        momenta = parameters.map { Tensor(shape: $0.shape, on: $0.backend) }
    }

    public func step(rate: Double, on backend: any Backend) {
        let keep = Float(momentum)
        // Small products do not fill the cores, small matrices side by side do; each has tensors of its own.
        Threads.concurrently(parameters.count) { [parameters, momenta] i in
            let (parameter, average) = (parameters[i], momenta[i])
            guard let gradient = parameter.gradient else { return }
            // average += (1 - momentum) (gradient - average), then Nesterov's look ahead.
            backend.add(average, scaledBy: keep - 1, to: average)
            backend.add(gradient, scaledBy: 1 - keep, to: average)
            let direction = Tensor(shape: parameter.shape, on: backend)
            backend.add(gradient, scaledBy: 1 - keep, to: direction)
            backend.add(average, scaledBy: keep, to: direction)
            let update = Self.orthogonalized(direction, on: backend)
            let ratio = Double(parameter.rows) / Double(parameter.width)
            backend.add(update, scaledBy: Float(-rate * max(1, ratio).squareRoot()), to: parameter)
        }
    }

    /// The nearest semi-orthogonal matrix, roughly: singular values end between 0.7 and 1.2.
    /// matrix: [rows, width], used up.
    static func orthogonalized(_ matrix: Tensor, on backend: any Backend) -> Tensor {
        let (a, b, c) = (Float(3.4445), Float(-4.7750), Float(2.0315))
        let norm = Float(backend.sumOfSquares(matrix).squareRoot()) + 1e-7
        backend.add(matrix, scaledBy: 1 / norm - 1, to: matrix)
        var x = matrix
        // The smaller of the two Gram matrices does the same work.
        let tall = x.rows > x.width
        let size = min(x.rows, x.width)
        for _ in 0..<iterations {
            let gram = Tensor(shape: [size, size], on: backend)
            backend.multiply(x, transposed: tall, x, transposed: !tall, alpha: 1, beta: 0, into: gram)
            let polynomial = Tensor(shape: [size, size], on: backend)
            backend.add(gram, scaledBy: b, to: polynomial)
            backend.multiply(
                gram, transposed: false, gram, transposed: false, alpha: c, beta: 1, into: polynomial)
            let next = x.copy()
            if tall {
                backend.multiply(
                    x, transposed: false, polynomial, transposed: false, alpha: 1, beta: a, into: next)
            } else {
                backend.multiply(
                    polynomial, transposed: false, x, transposed: false, alpha: 1, beta: a, into: next)
            }
            x = next
        }
        return x
    }

    public var state: [String: Tensor] {
        get {
            Dictionary(uniqueKeysWithValues: momenta.enumerated().map { ("\($0.offset)", $0.element) })
        }
        set {
            for (i, average) in momenta.enumerated() {
                if let stored = newValue["\(i)"] { average.assign(stored.values) }
            }
        }
    }
}
