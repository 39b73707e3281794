/// Changes parameters along their gradients and remembers what it needs between steps.
public protocol Optimizer: AnyObject {
    var parameters: [Tensor] { get }
    /// One update from the parameters' gradients; a parameter without one stays as it is.
    func step(rate: Double, on backend: any Backend)
    /// What a checkpoint must hold so that a resumed run goes on exactly; assigned to restore it.
    var state: [String: Tensor] { get set }
}

/// Scales all gradients so that their common norm is at most `limit`; returns the norm before.
@discardableResult
public func clipGradients(of parameters: [Tensor], to limit: Double, on backend: any Backend) -> Double {
    let gradients = parameters.compactMap(\.gradient)
    let norm = gradients.reduce(0) { $0 + backend.sumOfSquares($1) }.squareRoot()
    if norm > limit {
        // Adding (factor - 1) times itself scales in place.
        let factor = limit / (norm + 1e-6)
        for gradient in gradients { backend.add(gradient, scaledBy: Float(factor - 1), to: gradient) }
    }
    return norm
}
