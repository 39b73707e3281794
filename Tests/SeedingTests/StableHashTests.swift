import Seeding
import Testing

struct StableHashTests {
    /// Landon Curt Noll's test vectors of FNV-1a, 64 bits.
    @Test(
        arguments: [
            ("", 0xcbf2_9ce4_8422_2325), ("a", 0xaf63_dc4c_8601_ec8c), ("foobar", 0x8594_4171_f739_67e8),
        ] as [(String, UInt64)])
    func `hashes are those of FNV-1a`(_ text: String, _ expected: UInt64) {
        #expect(text.stableHash() == expected)
    }
}
