import CSeeding

/// SHA-256 (FIPS 180-4), for the fingerprints of weights, data and experiments.
///
/// Our own, since the cryptography library would triple the time of a first build.
public struct SHA256 {
    private var state: [UInt32] = [
        0x6a09_e667, 0xbb67_ae85, 0x3c6e_f372, 0xa54f_f53a, 0x510e_527f, 0x9b05_688c, 0x1f83_d9ab,
        0x5be0_cd19,
    ]
    private var pending: [UInt8] = []
    private var length: UInt64 = 0

    public init() {}

    public static func hex(of text: String) -> String {
        var hash = SHA256()
        var text = text
        text.withUTF8 { hash.update(UnsafeRawBufferPointer($0)) }
        return hash.finish()
    }

    public mutating func update(_ bytes: UnsafeRawBufferPointer) {
        length += UInt64(bytes.count)
        var rest = bytes[...]
        if !pending.isEmpty {
            let taken = min(64 - pending.count, rest.count)
            pending.append(contentsOf: rest.prefix(taken))
            rest = rest.dropFirst(taken)
            guard pending.count == 64 else { return }
            pb_sha256(&state, pending, 1)
            pending = []
        }
        let blocks = rest.count / 64
        if blocks > 0 {
            pb_sha256(&state, UnsafeRawBufferPointer(rebasing: rest).baseAddress, blocks)
            rest = rest.dropFirst(64 * blocks)
        }
        pending.append(contentsOf: rest)
    }

    /// The digest of everything so far in hexadecimal; the value is used up.
    public mutating func finish() -> String {
        pad()
        let digits = Array("0123456789abcdef".utf8)
        return String(unsafeUninitializedCapacity: 64) { buffer in
            for i in 0..<64 { buffer[i] = digits[Int(state[i / 8] >> (28 - 4 * UInt32(i % 8)) & 15)] }
            return 64
        }
    }

    /// The first 128 bits of the digest of everything so far; the value is used up.
    public mutating func finishPrefix() -> UInt128 {
        pad()
        return state[..<4].reduce(0) { $0 << 32 | UInt128($1) }
    }

    private mutating func pad() {
        pending.append(0x80)
        pending.append(contentsOf: repeatElement(0, count: (120 - pending.count % 64) % 64))
        withUnsafeBytes(of: (length * 8).bigEndian) { pending.append(contentsOf: $0) }
        pb_sha256(&state, pending, pending.count / 64)
    }
}
