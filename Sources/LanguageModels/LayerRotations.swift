import Tensors

/// How positions turn queries and keys, by layer.
struct LayerRotations: Sendable {
    /// Those that differ: of all layers, and of windowed layers where they turn in their own way.
    let different: [Rotation]
    /// Each layer's among them; nil where it turns nothing.
    let ofLayer: [Int?]

    init(_ configuration: ModelConfiguration) {
        var different: [Rotation] = []
        ofLayer = (0..<configuration.layers).map { layer in
            configuration.rotary(ofLayer: layer).map { rotary in
                if let known = different.firstIndex(where: { $0.rotary == rotary }) { return known }
                different.append(Rotation(rotary, headDim: configuration.headDim))
                return different.count - 1
            }
        }
        self.different = different
    }

    subscript(layer: Int) -> Rotation? { ofLayer[layer].map { different[$0] } }

    /// The angles of a pass's rows.
    func tables(_ positions: [Int32], _ visibility: Visibility, on backend: any Backend) -> RotaryTables {
        RotaryTables(
            different: different.map { $0.table(positions, visibility, on: backend) }, ofLayer: ofLayer)
    }
}

/// The angles of a pass's rows in each layer; nil in one that turns nothing.
struct RotaryTables {
    fileprivate let different: [RotaryTable]
    fileprivate let ofLayer: [Int?]

    subscript(layer: Int) -> RotaryTable? { ofLayer[layer].map { different[$0] } }
}

/// One way to turn queries and keys, with its frequencies at hand.
struct Rotation: Sendable {
    let rotary: RotaryConfiguration
    let headDim: Int
    /// Radians a position for each pair that turns, in sequences of lengths that the model was first trained for.
    let frequencies: [Double]

    init(_ rotary: RotaryConfiguration, headDim: Int) {
        self.rotary = rotary
        self.headDim = headDim
        frequencies = rotary.frequencies(headDim: headDim)
    }

    /// The frequencies in a sequence of so many tokens.
    func frequencies(length: Int) -> [Double] {
        guard let trained = rotary.dynamicFrom, length > trained else { return frequencies }
        return rotary.frequencies(headDim: headDim, length: length)
    }

    /// The angles of a pass's rows. Where frequencies follow the length of the sequence, each row has
    /// those of its own sequence, so that packed sequences are as if alone.
    func table(_ positions: [Int32], _ visibility: Visibility, on backend: any Backend) -> RotaryTable {
        guard let trained = rotary.dynamicFrom, positions.contains(where: { $0 >= trained }) else {
            return RotaryTable(
                positions: positions, frequencies: frequencies, headDim: headDim, scale: rotary.amplitude,
                on: backend)
        }
        let lengths = visibility.sequenceLengths(positions: positions).map { max($0, trained) }
        var known: [Int: [Double]] = [:]
        for length in Set(lengths) { known[length] = rotary.frequencies(headDim: headDim, length: length) }
        return RotaryTable(
            positions: positions, frequencies: frequencies, headDim: headDim, scale: rotary.amplitude,
            ofRow: { known[lengths[$0]] }, on: backend)
    }
}
