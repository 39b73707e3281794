import Contract
import Foundation
import SoftPrompts
import Tensors

/// A method that keeps some of the real tokens, chosen by a classifier that was trained to see what a reader needs.
public protocol TokenClassifierMethod: TrainableMethod {
    /// The tokens that stay, by their indices, ascending: `context.budget` of them.
    /// - Parameter probabilities: of each token, that it is needed
    func select(_ context: Context, by probabilities: [Float]) -> [Int]
}

extension TokenClassifierMethod {
    /// Tokens that are left out cannot be given back.
    public static var readsBack: Bool { false }

    /// One for the classifier, one over what that leaves.
    public var passes: Double { 2 }

    public func keep(_ contexts: [Context], with compressor: Compressor, in c: Computation) -> [Kept] {
        let (logits, rows) = compressor.classes(of: contexts, in: c)
        let values = logits.values
        return zip(contexts, rows).map { context, rows in
            // Softmax of two.
            .selection(select(context, by: rows.map { 1 / (1 + exp(values[2 * $0] - values[2 * $0 + 1])) }))
        }
    }
}

extension Compressor {
    /// What speaks for leaving each token out and for keeping it, before the softmax; [tokens of all contexts, 2]
    /// - Returns: the logits and the rows of each context, its first token's first
    public func classes(of contexts: [Context], in c: Computation) -> (Tensor, [Range<Int>]) {
        let (states, rows) = hiddenStates(contexts, in: c)
        let own = c.gatherRows(states, rows.joined().map { Int32($0) })
        var first = 0
        let ranges = rows.map { range in
            defer { first += range.count }
            return first..<first + range.count
        }
        return (c.linear(slots(from: own, in: c), c.gatherRows(memory, [0, 1])), ranges)
    }
}
