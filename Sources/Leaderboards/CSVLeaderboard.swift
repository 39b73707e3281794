import Results

/// Comma-separated values by RFC 4180, for spreadsheets and data frames.
public enum CSVLeaderboard {
    /// One line a cell: a method at a ratio on a task, over all seeds.
    ///
    /// Every metric of the leaderboard has its columns; those that a task does not have are empty.
    /// - Parameter forSpreadsheets: whether what a spreadsheet would take for a formula is made text
    public static func render(_ board: Leaderboard, forSpreadsheets: Bool = false) -> String {
        let metrics = distinct(board.sections.flatMap(\.metrics))
        var head = [
            "model", "model_hash", "dataset", "task", "method_id", "method", "family", "role", "trained",
            "query_aware", "parameters", "ratio", "positions", "achieved_ratio", "kept_positions",
            "kept_bytes",
            "headline",
        ]
        head += metrics.flatMap { [$0, "\($0)_low95", "\($0)_high95"] }
        head += [
            "share_of_way", "share_of_way_low95", "share_of_way_high95", "floor", "best", "trainings",
            "trainings_that_took_off", "beyond_training", "examples", "partial",
        ]
        head += ["compress_s", "prefill_s", "decode_s_per_token"].flatMap {
            ["\($0)_median", "\($0)_low95", "\($0)_high95"]
        }
        head += ["latency_samples", "cells"]
        let lines = board.sections.flatMap { section in
            section.rows.flatMap { row in
                row.entries.map {
                    line(fields($0, of: row, in: section, metrics: metrics), forSpreadsheets: forSpreadsheets)
                }
            }
        }
        return line(head) + lines.joined()
    }

    private static func fields(
        _ entry: Leaderboard.Entry, of row: Leaderboard.Row, in section: Leaderboard.Section,
        metrics: [String]
    ) -> [String] {
        let scores = metrics.flatMap { metric -> [String] in
            guard let score = entry.scores.first(where: { $0.metric == metric }) else { return ["", "", ""] }
            return ["\(score.mean)", "\(score.low)", "\(score.high)"]
        }
        let spreads = entry.latency.map { [$0.compress, $0.prefill, $0.decodePerToken] } ?? []
        func number(_ value: Double?) -> String { value.map { "\($0)" } ?? "" }
        let latency =
            spreads.isEmpty
            ? [String](repeating: "", count: 10)
            : spreads.flatMap { [$0.median, $0.low, $0.high].map(number) }
                + ["\(entry.latency?.samples ?? 0)"]
        let way = entry.shareOfWay
        return [
            section.model, section.modelHash, section.dataset, section.taskID, row.methodID, row.method,
            row.family, row.role ?? "", "\(row.isTrained)", "\(row.isQueryAware)", row.parameters,
            entry.ratio.map { "\($0)" } ?? "", entry.positions.map { "\($0)" } ?? "",
            entry.achievedRatio.map { "\($0)" } ?? "", "\(entry.keptPositions)",
            number(entry.keptBytes), section.primaryMetric,
        ] + scores + [
            number(way?.share), number(way?.low), number(way?.high), way?.floor ?? "", "\(entry.isBest)",
            "\(entry.trainings)", entry.trainingsThatTookOff.map { "\($0)" } ?? "",
            "\(entry.isBeyondTraining)", "\(entry.examples)",
            "\(entry.isPartial)",
        ] + latency + [entry.cells.map { "\($0)" }.joined(separator: " ")]
    }

    /// The head of a file with one line a sample.
    /// - Parameter cells: those whose samples follow
    public static func sampleHeader(_ cells: [StoredCell]) -> String {
        line(
            [
                "cell", "model", "dataset", "task", "method_id", "parameters", "ratio", "positions", "seed",
                "example",
                "document", "question", "prediction", "references",
            ] + metrics(of: cells) + ["context_tokens", "kept_positions", "kept_bytes", "output_tokens"])
    }

    /// One sample; several references are separated by ` | `.
    /// - Parameters:
    ///   - metrics: the columns, in the order of `sampleHeader`
    ///   - forSpreadsheets: whether what a spreadsheet would take for a formula is made text
    public static func line(
        _ sample: SampleRecord, of cell: StoredCell, metrics: [String], forSpreadsheets: Bool = false
    ) -> String {
        let record = cell.record
        return line(
            [
                "\(cell.id)", record.modelName, record.datasetID, record.taskID, record.methodID,
                record.parameters, record.ratio.map { "\($0)" } ?? "", record.positions.map { "\($0)" } ?? "",
                "\(record.seed)", sample.exampleID, sample.documentID,
                sample.question, sample.prediction, sample.references.joined(separator: " | "),
            ] + metrics.map { metric in sample.metrics[metric].map { "\($0)" } ?? "" } + [
                "\(sample.contextTokens)", "\(sample.keptPositions)",
                record.interface == nil ? "\(sample.keptBytes)" : "",
                "\(sample.outputTokens)",
            ], forSpreadsheets: forSpreadsheets)
    }

    /// All metrics, in the order in which cells first have them.
    public static func metrics(of cells: [StoredCell]) -> [String] {
        distinct(cells.flatMap(\.record.metrics))
    }

    private static func distinct(_ names: [String]) -> [String] {
        Leaderboard.groups(names) { $0 }.map { $0[0] }
    }

    /// What a spreadsheet would take for a formula, behind an apostrophe (OWASP, CSV injection).
    private static func guarded(_ text: String) -> String {
        guard let first = text.first, "=+-@\t\r".contains(first), Double(text) == nil else { return text }
        return "'" + text
    }

    package static func line(_ fields: [String], forSpreadsheets: Bool = false) -> String {
        (forSpreadsheets ? fields.map(guarded) : fields).map { field in
            field.utf8.contains { [UInt8(ascii: ","), UInt8(ascii: "\""), 10, 13].contains($0) }
                ? "\"\(field.replacing("\"", with: "\"\""))\"" : field
        }.joined(separator: ",") + "\n"
    }
}
