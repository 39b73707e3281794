/// The field `layer_types`, which names each layer's kind of attention.
extension ModelConfiguration {
    /// The layers that `layer_types` says have a window; nil where the file lacks it.
    func layersWithWindow(_ fields: JSONFields) throws -> [Int]? {
        guard !fields.isAbsent("layer_types") else { return nil }
        let known = ["full_attention", "sliding_attention"]
        guard let types = fields.value("layer_types") as? [String], types.count == layers,
            types.allSatisfy(known.contains)
        else {
            throw fields.refusal(
                "layer_types", supported: "\(layers) of \(known.joined(separator: " and "))")
        }
        return types.indices.filter { types[$0] == known[1] }
    }

    /// `layer_types`, as `layersWithWindow` reads it.
    var layerTypes: [String] {
        (0..<layers).map { hasWindow(layer: $0) ? "sliding_attention" : "full_attention" }
    }
}
