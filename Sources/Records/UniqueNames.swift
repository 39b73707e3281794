/// Makes names unique, in 8 bytes a name.
struct UniqueNames {
    /// Hashes that are the same in every run; two names of one hash count as equal, and are told apart like equal ones.
    private var seen: Set<UInt64> = []
    private(set) var repeats = 0

    /// The name, or where it was there before, the name with its place.
    mutating func unique(_ name: String, at place: String) -> String {
        if seen.insert(Self.hash(name)).inserted { return name }
        repeats += 1
        var other = "\(name)@\(place)"
        while !seen.insert(Self.hash(other)).inserted { other += "'" }
        return other
    }

    /// FNV-1a.
    private static func hash(_ name: String) -> UInt64 {
        name.utf8.reduce(0xcbf2_9ce4_8422_2325) { ($0 ^ UInt64($1)) &* 0x0100_0000_01b3 }
    }
}
