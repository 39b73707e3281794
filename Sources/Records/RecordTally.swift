import Contract

/// Counts records, and those that are unsound.
final class RecordTally {
    private let file: String
    private let skips: Bool
    private var seen = 0
    private var unsound = 0
    private var first: [String] = []

    /// - Parameter skips: whether any number of unsound records is left out; otherwise at most 1% are
    init(file: String, skips: Bool) {
        self.file = file
        self.skips = skips
    }

    /// What `make` makes of a record; nil where the record is unsound.
    func attempt<Made>(_ record: Record, _ make: (Record) throws -> Made) throws -> Made? {
        seen += 1
        do {
            return try make(record)
        } catch let fault as RecordFault {
            note(fault)
            return nil
        }
    }

    /// Counts a record that could not even be read.
    func add(_ fault: RecordFault) {
        seen += 1
        note(fault)
    }

    private func note(_ fault: RecordFault) {
        unsound += 1
        if first.count < 3 { first.append(fault.text) }
    }

    /// A hundred records of which none is sound are of another format; the rest need not be read.
    func checkFormat() throws {
        if unsound >= 100, unsound == seen { try check() }
    }

    /// Behind the last record.
    /// - Parameter tolerance: how many records in a hundred may be unsound
    /// - Throws: `DatasetError.unsound` where more are
    func check(tolerance: Int = 1) throws {
        if seen == 0 { throw DatasetError.empty(file: file) }
        guard !skips, unsound * 100 > seen * tolerance else { return }
        throw DatasetError.unsound(file: file, records: unsound, of: seen, first: first[0])
    }

    /// What was left out, in one line.
    var remark: String? {
        guard unsound > 0 else { return nil }
        let more = unsound > first.count ? " …" : ""
        return "\(file): left out \(unsound) of \(seen) records: \(first.joined(separator: "; "))\(more)"
    }
}
