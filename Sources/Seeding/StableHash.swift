extension String {
    /// FNV-1a (Fowler, Noll, Vo) of its UTF-8: the same in every run and on every machine, unlike `hashValue`.
    public func stableHash(seed: UInt64 = 0) -> UInt64 {
        utf8.reduce(seed ^ 0xcbf2_9ce4_8422_2325) { ($0 ^ UInt64($1)) &* 0x0100_0000_01b3 }
    }
}
