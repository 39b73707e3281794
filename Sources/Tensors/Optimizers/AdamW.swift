import Foundation

/// Adam with decoupled weight decay (Loshchilov & Hutter 2019, algorithm 2).
public final class AdamW: Optimizer {
    /// Running means of the gradient and of its square.
    public struct Moments {
        public let first: Tensor
        public let second: Tensor

        public init(first: Tensor, second: Tensor) {
            self.first = first
            self.second = second
        }
    }

    /// The numbers of one update.
    public struct Step {
        let rate, beta1, beta2, epsilon, weightDecay: Float
        /// 1 - βᵗ
        let correction1, correction2: Float
    }

    public let parameters: [Tensor]
    private let moments: [Moments]
    private let beta1, beta2, epsilon, weightDecay: Double
    private var steps = 0

    public init(
        _ parameters: [Tensor], beta1: Double = 0.9, beta2: Double = 0.95, epsilon: Double = 1e-8,
        weightDecay: Double = 0
    ) {
        self.parameters = parameters
        self.beta1 = beta1
        self.beta2 = beta2
        self.epsilon = epsilon
        self.weightDecay = weightDecay
        moments = parameters.map {
            Moments(
                first: Tensor(shape: $0.shape, on: $0.backend),
                second: Tensor(shape: $0.shape, on: $0.backend))
        }
    }

    public func step(rate: Double, on backend: any Backend) {
        steps += 1
        let step = Step(
            rate: Float(rate), beta1: Float(beta1), beta2: Float(beta2), epsilon: Float(epsilon),
            weightDecay: Float(weightDecay), correction1: Float(1 - pow(beta1, Double(steps))),
            correction2: Float(1 - pow(beta2, Double(steps))))
        for (parameter, state) in zip(parameters, moments) {
            guard let gradient = parameter.gradient else { continue }
            backend.adamW(parameter, gradient, state: state, step)
        }
    }

    public var state: [String: Tensor] {
        get {
            var result = ["steps": Tensor([Float(steps)], shape: [1])]
            for (i, moment) in moments.enumerated() {
                result["\(i).first"] = moment.first
                result["\(i).second"] = moment.second
            }
            return result
        }
        set {
            steps = Int(newValue["steps"]?.values.first ?? 0)
            for (i, moment) in moments.enumerated() {
                if let first = newValue["\(i).first"] { moment.first.assign(first.values) }
                if let second = newValue["\(i).second"] { moment.second.assign(second.values) }
            }
        }
    }
}
