import Contract
import Records

/// SciTLDR (Cachola et al. 2020): papers summed up in one sentence, by several people.
public enum SciTLDR: DatasetFormat {
    public static let card = DatasetCard(
        id: "scitldr", name: "SciTLDR", summary: "SciTLDR JSON lines, one document a paper.",
        usage: "scitldr=PATH",
        source: "https://github.com/allenai/scitldr",
        shape: "lines `{\"source\": [sentences], \"target\": [summaries], \"paper_id\"}`",
        reading:
            "the sentences are the context: the abstract (SciTLDR-A), with introduction and conclusion (AIC), or the "
            + "whole paper (FullText)")

    public static func recognizes(_ file: FileBeginning) -> Bool { file.has("source", "target", "paper_id") }

    public static func open(_ source: DatasetSource) throws -> DocumentStream {
        try source.rows { paper in
            Document(
                id: try paper.identifier("paper_id"), text: try paper.texts("source").joined(separator: " "),
                questions: [], summaries: try paper.texts("target").distinct)
        }
    }
}
