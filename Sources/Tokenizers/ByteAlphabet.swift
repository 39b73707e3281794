/// GPT-2's printable stand-ins for the 256 bytes, in which byte-level vocabularies are written.
enum ByteAlphabet {
    /// The character of each byte.
    static let characters: [Character] = {
        var result: [Character] = []
        var shifted: UInt32 = 256
        for byte in UInt32(0)..<256 {
            let printable =
                (33...126).contains(byte) || (161...172).contains(byte) || (174...255).contains(byte)
            let scalar = printable ? byte : shifted
            if !printable { shifted += 1 }
            result.append(Unicode.Scalar(scalar).map { Character($0) } ?? "?")
        }
        return result
    }()

    /// The byte of each character.
    static let bytes: [Character: UInt8] = Dictionary(
        uniqueKeysWithValues: characters.enumerated().map { ($0.element, UInt8($0.offset)) })

    static func text(of bytes: some Sequence<UInt8>) -> String {
        String(bytes.map { characters[Int($0)] })
    }
}
