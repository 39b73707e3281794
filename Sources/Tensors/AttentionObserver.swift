/// Sees what every attention of a pass computes with, such as where rows look or what keys are like.
///
/// A `Computation` carries it; a pass without one costs a comparison with nil.
public protocol AttentionObserver: AnyObject {
    /// Whether all rows of a pass must ask in its last layer too, where the results of some are wanted;
    /// else only those do.
    var needsAllRows: Bool { get }

    /// Called before each attention.
    ///
    /// - Parameters:
    ///   - layer: from 0
    ///   - queries: rotated, [rows, heads × headDim]
    ///   - keys: those that attention reads, of the whole cache where there is one: rotated,
    ///     [keys, kvHeads × headDim], or by head, [kvHeads, keys, headDim], maybe in bfloat16
    ///   - values: as keys
    func observe(layer: Int, queries: Tensor, keys: Tensor, values: Tensor, _ shape: AttentionShape)
}
