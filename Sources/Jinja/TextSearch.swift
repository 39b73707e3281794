/// Finds a part in texts, byte by byte as Python does: to it composed and decomposed letters differ.
///
/// Knuth, Morris and Pratt: the time grows with the text's length, whatever the part.
struct TextSearch {
    let part: [UInt8]
    /// How many bytes of the part are still read where one does not fit.
    private let fallback: [Int]

    init(_ part: String) {
        let part = Array(part.utf8)
        var fallback = [Int](repeating: 0, count: part.count)
        var length = 0
        for place in part.indices.dropFirst() {
            while length > 0, part[place] != part[length] { length = fallback[length - 1] }
            if part[place] == part[length] { length += 1 }
            fallback[place] = length
        }
        self.part = part
        self.fallback = fallback
    }

    /// Where it stands, in bytes from the text's beginning, without overlaps; the empty part before every
    /// character and at the end.
    func places(in text: String, limit: Int = .max) -> [Int] {
        places(in: Array(text.utf8), limit: limit)
    }

    func places(in bytes: [UInt8], limit: Int = .max) -> [Int] {
        guard !part.isEmpty else {
            // Continuation bytes begin no character.
            let starts = bytes.indices.lazy.filter { bytes[$0] & 0xC0 != 0x80 }
            return Array((Array(starts.prefix(limit)) + [bytes.count]).prefix(limit))
        }
        var places: [Int] = []
        var length = 0
        for (place, byte) in bytes.enumerated() where places.count < limit {
            while length > 0, byte != part[length] { length = fallback[length - 1] }
            if byte == part[length] { length += 1 }
            if length == part.count {
                places.append(place + 1 - length)
                length = 0
            }
        }
        return places
    }
}
