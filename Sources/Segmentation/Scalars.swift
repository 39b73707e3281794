/// A text's UTF-8 bytes, read a scalar at a time from any place where one begins.
struct Scalars {
    let bytes: [UInt8]

    init(_ text: String) { bytes = Array(text.utf8) }

    var end: Int { bytes.count }

    /// The scalar that begins at a place, and the place behind it; nil at the end.
    @inline(__always)
    func scalar(at place: Int) -> (scalar: Unicode.Scalar, next: Int)? {
        guard place < bytes.count else { return nil }
        let lead = bytes[place]
        return lead < 0x80 ? (Unicode.Scalar(lead), place + 1) : longScalar(at: place)
    }

    /// The scalar that ends before a place, and where it begins; nil at the start.
    func scalar(before place: Int) -> (scalar: Unicode.Scalar, start: Int)? {
        guard place > 0 else { return nil }
        var start = place - 1
        while start > 0, bytes[start] & 0xC0 == 0x80 { start -= 1 }
        return scalar(at: start).map { ($0.scalar, start) }
    }

    // A String's UTF-8 is valid: there is nothing to check but that no read leaves the array.
    private func longScalar(at place: Int) -> (scalar: Unicode.Scalar, next: Int) {
        let lead = bytes[place]
        let length = lead < 0xE0 ? 2 : lead < 0xF0 ? 3 : 4
        let next = min(place + length, bytes.count)
        var value = UInt32(lead) & (0xFF >> UInt32(length + 1))
        for byte in bytes[place + 1..<next] { value = value << 6 | UInt32(byte & 0x3F) }
        return (Unicode.Scalar(value) ?? "\u{FFFD}", next)
    }
}
