import Seeding

/// Makes names unique, in 8 bytes a name.
struct UniqueNames {
    /// Hashes that are the same in every run; two names of one hash count as equal, and are told apart like equal ones.
    private var seen: Set<UInt64> = []
    private(set) var repeats = 0

    /// The name, or where it was there before, the name with its place.
    mutating func unique(_ name: String, at place: String) -> String {
        if seen.insert(name.stableHash()).inserted { return name }
        repeats += 1
        var other = "\(name)@\(place)"
        while !seen.insert(other.stableHash()).inserted { other += "'" }
        return other
    }
}
