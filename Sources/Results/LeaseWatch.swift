/// A run that works on a results file, with its process and how often it has said that it lives.
public struct Worker: Sendable, Equatable {
    public var run: Int64
    public var process: ProcessIdentity
    public var beat: Int64

    public init(run: Int64, process: ProcessIdentity, beat: Int64) {
        self.run = run
        self.process = process
        self.beat = beat
    }
}

/// Tells which of the runs on a file have lost the cells that they claimed.
///
/// A run whose process has ended has, at once where that can be seen. Any other has when it said nothing for
/// as long as whoever watches said `patience` times that it lives itself. No clock is asked: one that jumps, two
/// that differ and a file that nobody can write for a while end no lease.
public struct LeaseWatch: Sendable {
    /// Looks during which a run may be silent.
    public static let patience = 6

    private let own: ProcessIdentity
    private var seen: [Int64: (beat: Int64, looks: Int)] = [:]

    public init(seenFrom own: ProcessIdentity) { self.own = own }

    /// Looks at the other runs; to be asked once for each beat of one's own.
    /// - Returns: those that have lost their claims
    public mutating func lapsed(_ others: [Worker]) -> [Worker] {
        let before = seen
        seen = [:]
        return others.filter { worker in
            if worker.process.hasEnded(seenFrom: own) == true { return true }
            let last = before[worker.run]
            let looks = last?.beat == worker.beat ? (last?.looks ?? 0) + 1 : 0
            seen[worker.run] = (worker.beat, looks)
            return looks >= Self.patience
        }
    }
}
