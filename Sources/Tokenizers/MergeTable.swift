/// The merges of a byte-pair encoding by the pair that they join: a hash table with open addressing.
struct MergeTable {
    /// Pairs as two ids in one number; `empty` where there is none.
    private var pairs: [UInt64]
    private var ranks: [Int32]
    private let shift: UInt64
    /// The token that each merge makes, by rank: a merge's place in the file.
    private(set) var products: [Int32] = []

    private static let empty = UInt64.max

    /// - Parameter capacity: the most merges that will be added
    init(capacity: Int) {
        var bits: UInt64 = 4
        while 1 << bits < capacity * 2 { bits += 1 }
        pairs = Array(repeating: Self.empty, count: 1 << bits)
        ranks = Array(repeating: -1, count: 1 << bits)
        shift = 64 - bits
        products.reserveCapacity(capacity)
    }

    /// Adds the next merge; the later of two for one pair counts.
    mutating func append(_ left: Int32, _ right: Int32, product: Int32) {
        let slot = slot(of: Self.key(left, right))
        pairs[slot] = Self.key(left, right)
        ranks[slot] = Int32(products.count)
        products.append(product)
    }

    /// The rank of the merge that joins two tokens; negative where there is none.
    func rank(_ left: Int32, _ right: Int32) -> Int32 { ranks[slot(of: Self.key(left, right))] }

    /// Every pair that a merge joins.
    var joined: some Sequence<(left: Int32, right: Int32)> {
        pairs.lazy.filter { $0 != Self.empty }.map {
            (Int32(truncatingIfNeeded: $0 >> 32), Int32(truncatingIfNeeded: $0))
        }
    }

    private static func key(_ left: Int32, _ right: Int32) -> UInt64 {
        UInt64(UInt32(bitPattern: left)) << 32 | UInt64(UInt32(bitPattern: right))
    }

    private func slot(of key: UInt64) -> Int {
        var slot = Int((key &* 0x9E37_79B9_7F4A_7C15) >> shift)
        while pairs[slot] != key, pairs[slot] != Self.empty { slot = (slot + 1) & (pairs.count - 1) }
        return slot
    }
}
