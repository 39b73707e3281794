/// GPT-2's printable stand-ins for the 256 bytes, in which byte-level vocabularies are written.
enum ByteAlphabet {
    /// The character of each byte.
    static let characters: [Unicode.Scalar] = {
        var result: [Unicode.Scalar] = []
        var shifted: UInt32 = 256
        for byte in UInt32(0)..<256 {
            let printable =
                (33...126).contains(byte) || (161...172).contains(byte) || (174...255).contains(byte)
            let scalar = printable ? byte : shifted
            if !printable { shifted += 1 }
            result.append(Unicode.Scalar(scalar) ?? "?")
        }
        return result
    }()

    /// The byte that a character stands for; nil for one that is not of the alphabet.
    static func byte(of character: Unicode.Scalar) -> UInt8? {
        character.value < bytes.count ? bytes[Int(character.value)] : nil
    }

    private static let bytes: [UInt8?] = {
        var result = [UInt8?](repeating: nil, count: 1 + Int(characters.map(\.value).max() ?? 0))
        for (byte, character) in characters.enumerated() { result[Int(character.value)] = UInt8(byte) }
        return result
    }()

    /// Appends a character's bytes.
    static func append(_ scalar: Unicode.Scalar, to result: inout [Unicode.Scalar]) {
        if scalar.isASCII {
            result.append(characters[Int(scalar.value)])
        } else {
            for byte in UTF8.encode(scalar) ?? UTF8.encodedReplacementCharacter {
                result.append(characters[Int(byte)])
            }
        }
    }
}
