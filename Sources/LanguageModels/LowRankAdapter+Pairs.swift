import Tensors

extension LowRankAdapter.Pair {
    /// Takes the pairs of a model's projections out of a file's tensors, widened to float32.
    ///
    /// A pair without its other half, of another shape or with numbers that are not finite is refused.
    /// - Parameters:
    ///   - stored: what is left of it fits no projection
    ///   - file: where they are from, for errors
    ///   - prefix: what stands before a projection's name, and `suffixes` behind it
    static func take(
        from stored: inout [String: Tensor], of file: String, for model: LanguageModel, rank: Int,
        prefix: String, suffixes: (down: String, up: String)
    ) throws -> [String: LowRankAdapter.Pair] {
        var pairs: [String: LowRankAdapter.Pair] = [:]
        divideFused(&stored, for: model, prefix: prefix, suffixes: suffixes)
        for projection in model.projections {
            let shapes = (down: [rank, projection.weight.width], up: [projection.weight.rows, rank])
            let names = (
                down: prefix + projection.name + suffixes.down, up: prefix + projection.name + suffixes.up
            )
            func take(_ name: String, _ shape: [Int]) throws -> Tensor? {
                guard let tensor = stored.removeValue(forKey: name) else { return nil }
                guard tensor.shape == shape else {
                    throw ModelError.mismatch(
                        "\(file): '\(name)' has the shape \(tensor.shape), this model and rank \(rank) ask "
                            + "for \(shape); the adapter belongs to another model")
                }
                let copy = tensor.copy()
                guard copy.isFinite else {
                    throw ModelError.badConfiguration(
                        file: file, reason: "'\(name)' holds numbers that are not finite")
                }
                return copy
            }
            let (down, up) = (try take(names.down, shapes.down), try take(names.up, shapes.up))
            if let down, let up { pairs[projection.name] = LowRankAdapter.Pair(down: down, up: up) }
            if (down == nil) != (up == nil) {
                throw ModelError.missingTensor(folder: file, name: down == nil ? names.down : names.up)
            }
        }
        return pairs
    }

    /// Pairs of projections that the model's folder has in one tensor, as pairs of each: they share A, and each has its
    /// rows of B.
    private static func divideFused(
        _ stored: inout [String: Tensor], for model: LanguageModel, prefix: String,
        suffixes: (down: String, up: String)
    ) {
        var divided: Set<String> = []
        for projection in model.projections {
            guard let place = model.configuration.place(of: projection.name) else { continue }
            let (down, up) = (prefix + place.name + suffixes.down, prefix + place.name + suffixes.up)
            guard let shared = stored[down], let whole = stored[up], whole.shape.count == 2,
                whole.rows == place.count
            else { continue }
            stored[prefix + projection.name + suffixes.down] = shared
            stored[prefix + projection.name + suffixes.up] = whole.sharedRows(place.rows)
            divided.formUnion([down, up])
        }
        for name in divided { stored[name] = nil }
    }
}
