import Foundation
import Tensors

/// Where a folder keeps a projection that it has in one tensor with others: in some of its rows.
struct StoredPlace {
    /// The tensor's name, with or without `.weight`, as the projection's.
    let name: String
    let rows: Range<Int>
    /// Rows of the tensor.
    let count: Int
}

extension ModelConfiguration {
    /// Where a folder keeps the weight of a projection, or by its name alone the projection; nil where it does so by
    /// that name.
    func place(of name: String) -> StoredPlace? {
        for fused in architecture.fused {
            var first = 0
            let widths = fused.parts.map(width)
            for (part, width) in zip(fused.parts, widths) {
                if let range = name.range(of: "." + part, options: .backwards) {
                    return StoredPlace(
                        name: name.replacingCharacters(in: range, with: "." + fused.name),
                        rows: first..<first + width, count: widths.reduce(0, +))
                }
                first += width
            }
        }
        return nil
    }

    /// Rows of a projection's weight, by its name in a layer.
    private func width(of projection: String) -> Int {
        switch projection {
        case "self_attn.q_proj": heads * headDim
        case "self_attn.k_proj", "self_attn.v_proj": kvHeads * headDim
        case "mlp.gate_proj", "mlp.up_proj": intermediateSize
        default: hiddenSize
        }
    }
}

extension LanguageModel {
    /// Every tensor by its name in a Hugging Face folder of the architecture: fused projections in one, norms without
    /// what is added to them.
    var storedTensors: [String: Tensor] {
        let (tensors, offset) = (tensors, configuration.architecture.normOffset)
        guard !configuration.architecture.fused.isEmpty || offset != 0 else { return tensors }
        let c = Computation(backend: embedding.backend)
        var result: [String: Tensor] = [:]
        var parts: [String: [(first: Int, tensor: Tensor)]] = [:]
        for (name, tensor) in tensors {
            if let place = configuration.place(of: name) {
                parts[place.name, default: []].append((place.rows.lowerBound, tensor.copy()))
            } else {
                result[name] = tensor.adding(-offset, toNorm: name)
            }
        }
        for (name, parts) in parts {
            result[name] = c.concatenateRows(parts.sorted { $0.first < $1.first }.map(\.tensor))
        }
        return result
    }
}

extension Tensor {
    /// The weight of a norm with a number added, in memory of its own; itself where nothing is to be added.
    func adding(_ offset: Float, toNorm name: String) -> Tensor {
        guard offset != 0, name.hasSuffix("norm.weight") else { return self }
        return Tensor(values.map { $0 + offset }, shape: shape, on: backend)
    }
}
