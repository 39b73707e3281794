import GRDB

/// What a merge did.
public struct MergeReport: Codable, Sendable, Equatable {
    public var cells = 0
    public var samples = 0
    /// Examples of one cell that both files have with different predictions; the first file's stay.
    public var conflicts: [Conflict] = []
    /// What the other file has and was not taken over, since it does not verify.
    public var leftOut: [LeftOut] = []

    public init() {}

    public struct Conflict: Codable, Sendable, Equatable {
        public var cell: String
        public var examples: Int

        public init(cell: String, examples: Int) {
            self.cell = cell
            self.examples = examples
        }
    }

    public struct LeftOut: Codable, Sendable, Equatable {
        /// The file that has it.
        public var file: String
        /// `cell 3 (pic 4x qa)`, `training pic`
        public var what: String
        public var reason: String

        public init(file: String, what: String, reason: String) {
            self.file = file
            self.what = what
            self.reason = reason
        }
    }
}

extension ResultStore {
    /// Adds what another results file has and this one lacks: same fingerprints once, runs and hosts kept.
    ///
    /// What does not verify is left out and named: cells that are not what their checksums, hashes and
    /// identities say, and rows that break this file's rules. Where this file fails, nothing is added.
    public func merge(_ other: ResultStore) throws -> MergeReport {
        if isSameFile(as: other) { throw ResultsError.sameFile(path: path) }
        return try other.read { source in
            try write { destination in
                var merge = StoreMerge(source, into: destination, file: other.path)
                try merge.run()
                return merge.report
            }
        }
    }
}
