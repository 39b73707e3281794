import GRDB

extension StoreMerge {
    /// Copies what the destination lacks of a cell, the source's rows of which are checked first.
    mutating func copyCell(_ id: Int64) throws {
        let cell = try Self.reading(file) { try reader.cell(id) }
        try cell.record.requireSoundIdentity()
        let known = try Int64.fetchOne(
            destination, sql: "SELECT id FROM cell WHERE fingerprint = ?",
            arguments: [cell.record.fingerprint])
        let place = try known ?? ResultStore.insert(cell.record, destination)
        if known == nil { report.cells += 1 }
        // What failed here is not finished, whatever others have of it.
        try destination.execute(
            sql: "UPDATE cell SET state = ?, failure = CAST(? AS TEXT) WHERE id = ? AND state = 'open'",
            arguments: [cell.state.rawValue, cell.failure?.wholeArgument, place])
        var sum = RowSum()
        sum = sum + (try copySamples(of: id, to: place, label: cell.record.label))
        sum = sum + (try copyLatencies(of: id, to: place))
        sum = sum + (try copyAttention(of: id, to: place))
        try ResultStore.add(sum, to: place, destination)
        try ResultStore.finishWhole(place, destination)
    }

    /// - Returns: the checksum of what was added
    private mutating func copySamples(of id: Int64, to place: Int64, label: String) throws -> RowSum {
        let known = try predictions(of: place)
        let last = try Int64.fetchOne(destination, sql: "SELECT max(id) FROM sample") ?? 0
        let references = ["contextID", "keptTextID", "keptSpansID", "promptID"]
        let copied = try CopiedTable(
            "sample", without: Set(["id", "cellID", "runID"] + references), in: destination)
        let metrics = try CopiedTable("sampleMetric", without: ["sampleID"], in: destination)
        let first = copied.columns.count
        var conflicts = 0
        var added = 0
        try forEach(
            copied, also: "runID, \(references.joined(separator: ", ")), id, exampleID, prediction",
            // By way of the index, as the reader went: no other cell's pages are met.
            where: "id IN (SELECT id FROM sample WHERE cellID = ?) ORDER BY id", id
        ) { merge, row, values in
            if let stored = known[ExactText(try row.wholeText(first + 6) ?? "")] {
                if stored != ExactText(try row.wholeText(first + 7) ?? "") { conflicts += 1 }
                return
            }
            let run = try merge.run(row[first])
            let texts = try (1...4).map { try (row[first + $0] as Int64?).map { try merge.text($0) } }
            try copied.insert(
                values,
                with: [
                    "cellID": place, "runID": run, "contextID": texts[0], "keptTextID": texts[1],
                    "keptSpansID": texts[2], "promptID": texts[3],
                ], into: merge.destination)
            let sample = merge.destination.lastInsertedRowID
            try merge.forEach(metrics, where: "sampleID = ?", row[first + 5]) { merge, _, values in
                try metrics.insert(values, with: ["sampleID": sample], into: merge.destination)
            }
            added += 1
        }
        if conflicts > 0 { report.conflicts.append(.init(cell: label, examples: conflicts)) }
        report.samples += added
        var reader = CellReader(destination)
        return try reader.sumOfSamples(of: place, after: last)
    }

    /// Predictions of a cell of the destination, by their examples.
    private func predictions(of cell: Int64) throws -> [ExactText: ExactText] {
        var result: [ExactText: ExactText] = [:]
        let rows = try Row.fetchCursor(
            destination, sql: "SELECT exampleID, prediction FROM sample WHERE cellID = ?", arguments: [cell])
        while let row = try rows.next() {
            if let example = try row.wholeText(0), let prediction = try row.wholeText(1) {
                result[ExactText(example)] = ExactText(prediction)
            }
        }
        return result
    }

    /// - Returns: the checksum of what was added
    private mutating func copyLatencies(of id: Int64, to place: Int64) throws -> RowSum {
        let last = try Int64.fetchOne(destination, sql: "SELECT max(id) FROM latency") ?? 0
        let copied = try CopiedTable("latency", without: ["id", "cellID", "runID"], in: destination)
        try forEach(copied, also: "runID", where: "cellID = ? ORDER BY id", id) { merge, row, values in
            let run = try merge.run(row[copied.columns.count])
            try copied.insert(
                values, with: ["cellID": place, "runID": run], unlessKnown: true, into: merge.destination)
        }
        var reader = CellReader(destination)
        return try reader.sumOfLatencies(of: place, after: last)
    }

    /// - Returns: the checksum of what was added
    private mutating func copyAttention(of id: Int64, to place: Int64) throws -> RowSum {
        let isThere =
            try Bool.fetchOne(
                destination, sql: "SELECT EXISTS (SELECT 1 FROM memoryAttention WHERE cellID = ?)",
                arguments: [place]) ?? false
        if isThere { return RowSum() }
        let copied = try CopiedTable("memoryAttention", without: ["cellID"], in: destination)
        try forEach(copied, where: "cellID = ?", id) { merge, _, values in
            try copied.insert(values, with: ["cellID": place], into: merge.destination)
        }
        var reader = CellReader(destination)
        return try reader.sumOfAttention(of: place)
    }
}
