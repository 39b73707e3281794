import Results

/// Comma-separated values by RFC 4180, for spreadsheets and data frames.
public enum CSVLeaderboard {
    /// One line a method, ratio, task and metric.
    public static func render(_ board: Leaderboard) -> String {
        var text = line([
            "model", "model_hash", "dataset", "task", "method_id", "method", "family", "role", "trained",
            "query_aware", "parameters", "ratio", "achieved_ratio", "kept_positions", "kept_bytes", "metric",
            "mean",
            "low95", "high95", "recovered_share", "examples", "partial", "compress_s_median",
            "compress_s_p95",
            "prefill_s_median", "prefill_s_p95", "decode_s_per_token_median", "decode_s_per_token_p95",
        ])
        for section in board.sections {
            for row in section.rows {
                for entry in row.entries {
                    let spreads = entry.latency.map { [$0.compress, $0.prefill, $0.decodePerToken] } ?? []
                    let latency =
                        spreads.isEmpty
                        ? [String](repeating: "", count: 6)
                        : spreads.flatMap { ["\($0.median)", "\($0.p95)"] }
                    for score in entry.scores {
                        let isHeadline = score.metric == section.primaryMetric
                        text += line(
                            [
                                section.model, section.modelHash, section.dataset, section.taskID,
                                row.methodID,
                                row.method, row.family, row.role ?? "", "\(row.isTrained)",
                                "\(row.isQueryAware)",
                                row.parameters, "\(entry.ratio)", entry.achievedRatio.map { "\($0)" } ?? "",
                                "\(entry.keptPositions)", "\(entry.keptBytes)", score.metric, "\(score.mean)",
                                "\(score.low)", "\(score.high)",
                                isHeadline ? entry.recoveredShare.map { "\($0)" } ?? "" : "",
                                "\(entry.examples)",
                                "\(entry.isPartial)",
                            ] + latency)
                    }
                }
            }
        }
        return text
    }

    public static let sampleHeader = line([
        "cell", "model", "task", "method_id", "parameters", "ratio", "seed", "example", "document",
        "question",
        "prediction", "references", "metric", "value", "context_tokens", "kept_positions", "kept_bytes",
        "output_tokens",
    ])

    /// The lines of one sample, one a metric.
    public static func lines(_ sample: SampleRecord, of cell: StoredCell) -> String {
        let record = cell.record
        return sample.metrics.sorted { $0.key < $1.key }.map { metric, value in
            line([
                "\(cell.id)", record.modelName, record.taskID, record.methodID, record.parameters,
                "\(record.ratio)",
                "\(record.seed)", sample.exampleID, sample.documentID, sample.question, sample.prediction,
                sample.references.joined(separator: " | "), metric, "\(value)", "\(sample.contextTokens)",
                "\(sample.keptPositions)", "\(sample.keptBytes)", "\(sample.outputTokens)",
            ])
        }.joined()
    }

    static func line(_ fields: [String]) -> String {
        fields.map { field in
            field.utf8.contains { [UInt8(ascii: ","), UInt8(ascii: "\""), 10, 13].contains($0) }
                ? "\"\(field.replacing("\"", with: "\"\""))\"" : field
        }.joined(separator: ",") + "\n"
    }
}
