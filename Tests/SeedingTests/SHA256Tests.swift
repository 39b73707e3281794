import CSeeding
import Seeding
import Testing

struct SHA256Tests {
    /// Of FIPS 180-4's examples, and of `printf` into `sha256sum`.
    @Test(arguments: [
        ("", "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"),
        ("abc", "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"),
        (
            "abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq",
            "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1"
        ),
        (
            String(repeating: "a", count: 1_000_000),
            "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0"
        ),
    ])
    func `digests are the standard's`(_ text: String, _ digest: String) {
        #expect(SHA256.hex(of: text) == digest)
    }

    @Test func `pieces make the digest of the whole`() {
        let bytes = (0..<1000).map { UInt8(truncatingIfNeeded: $0 * 7) }
        func digest(_ size: Int) -> String {
            var hash = SHA256()
            for start in stride(from: 0, to: bytes.count, by: size) {
                Array(bytes[start..<min(start + size, bytes.count)]).withUnsafeBytes { hash.update($0) }
            }
            return hash.finish()
        }
        for size in [1, 3, 63, 64, 65, 127, 128, 999] { #expect(digest(size) == digest(1000)) }
    }

    @Test func `the processor's instructions and plain C agree`() {
        var generator = SeededGenerator(seed: 1)
        let bytes = (0..<64 * 9).map { _ in UInt8(truncatingIfNeeded: generator.next()) }
        var (native, portable) = ([UInt32](1...8), [UInt32](1...8))
        pb_sha256(&native, bytes, 9)
        pb_sha256_portable(&portable, bytes, 9)
        #expect(native == portable)
    }
}
