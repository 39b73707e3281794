import Tensors

extension LanguageModel {
    /// The angles of a pass's rows. Where frequencies follow the length of the sequence, each row has
    /// those of its own sequence, so that packed sequences are as if alone.
    func rotaryTable(
        _ positions: [Int32], _ visibility: Visibility, on backend: any Backend
    ) -> RotaryTable {
        let rotary = configuration.rotary
        guard let trained = rotary.dynamicFrom, positions.contains(where: { $0 >= trained }) else {
            return RotaryTable(
                positions: positions, frequencies: frequencies, scale: rotary.amplitude, on: backend)
        }
        let lengths = visibility.sequenceLengths(positions: positions).map { max($0, trained) }
        var known: [Int: [Double]] = [:]
        for length in Set(lengths) {
            known[length] = rotary.frequencies(headDim: configuration.headDim, length: length)
        }
        return RotaryTable(
            positions: positions, frequencies: frequencies, scale: rotary.amplitude,
            ofRow: { known[lengths[$0]] }, on: backend)
    }
}
