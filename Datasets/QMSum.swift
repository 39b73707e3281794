import Contract
import Records

/// QMSum (Zhong et al. 2021): meetings, with summaries of the whole and of what is asked for.
public enum QMSum: DatasetFormat {
    public static let card = DatasetCard(
        id: "qmsum", name: "QMSum", summary: "QMSum JSON lines, one document a meeting.", usage: "qmsum=PATH",
        source: "https://github.com/Yale-LILY/QMSum",
        shape:
            "lines `{\"meeting_transcripts\": [{\"speaker\", \"content\"}], \"general_query_list\": [{\"query\", "
            + "\"answer\"}], \"specific_query_list\": [{\"query\", \"answer\"}]}`",
        reading:
            "the context is the transcript, a line a turn; answers to general queries are summaries, specific "
            + "queries are questions")

    public static func recognizes(_ file: FileBeginning) -> Bool {
        file.has("meeting_transcripts[].speaker", "specific_query_list")
    }

    public static func open(_ source: DatasetSource) throws -> DocumentStream {
        try source.rows { meeting in
            Document(
                id: meeting.id,
                text: try meeting.list("meeting_transcripts").map { turn in
                    "\(try turn.text("speaker")): \(try turn.text("content"))"
                }.joined(separator: "\n"),
                questions: try meeting.records("specific_query_list") { query in
                    Question(id: query.id, text: try query.text("query"), answers: [try query.text("answer")])
                },
                summaries: try meeting.records("general_query_list") { try $0.text("answer") })
        }
    }
}
