import Tensors

/// Sees the queries of some of a pass's last rows in every layer.
public final class QuerySamples: AttentionObserver {
    /// [layers], each [samples, heads × headDim], rotated
    public private(set) var ofLayers: [Tensor] = []
    /// What products of queries and keys are multiplied by.
    public private(set) var scale: Float = 1
    private let rows: Int
    private let places: [Int32]

    /// - Parameters:
    ///   - rows: how many rows end the pass
    ///   - places: which of them are wanted
    public init(ofLast rows: Int, at places: [Int32]) {
        self.rows = rows
        self.places = places
    }

    public var needsAllRows: Bool { true }

    public func observe(layer: Int, queries: Tensor, keys: Tensor, values: Tensor, _ shape: AttentionShape) {
        let first = Int32(queries.rows - rows)
        scale = shape.scale
        ofLayers.append(Computation(backend: queries.backend).gatherRows(queries, places.map { first + $0 }))
    }
}
