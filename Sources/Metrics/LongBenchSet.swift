/// The twenty-one sets of LongBench (arXiv 2308.14508), by the names that its data has, and how each is scored.
public enum LongBenchSet: String, CaseIterable, Sendable {
    case narrativeQA = "narrativeqa"
    case qasper
    case multiFieldQAEnglish = "multifieldqa_en"
    case multiFieldQAChinese = "multifieldqa_zh"
    case hotpotQA = "hotpotqa"
    case twoWikiMultihopQA = "2wikimqa"
    case musique
    case duReader = "dureader"
    case govReport = "gov_report"
    case qmSum = "qmsum"
    case multiNews = "multi_news"
    case vcSum = "vcsum"
    case trec
    case triviaQA = "triviaqa"
    case samSum = "samsum"
    case lsht
    case passageCount = "passage_count"
    case passageRetrievalEnglish = "passage_retrieval_en"
    case passageRetrievalChinese = "passage_retrieval_zh"
    case lcc
    case repoBench = "repobench-p"

    /// What its outputs are scored by.
    public var measure: LongBenchMeasure {
        switch self {
        case .narrativeQA, .qasper, .multiFieldQAEnglish, .hotpotQA, .twoWikiMultihopQA, .musique, .triviaQA:
            .f1
        case .multiFieldQAChinese: .characterF1
        case .govReport, .qmSum, .multiNews, .samSum: .rouge
        case .duReader, .vcSum: .characterROUGE
        case .trec, .lsht: .classification
        case .passageRetrievalEnglish, .passageRetrievalChinese: .retrieval
        case .passageCount: .count
        case .lcc, .repoBench: .codeSimilarity
        }
    }

    /// Whether only the first line of an output counts: its prompt is made of examples, and models go on with more.
    public var isAnsweredInALine: Bool {
        switch self {
        case .trec, .triviaQA, .samSum, .lsht: true
        case .narrativeQA, .qasper, .multiFieldQAEnglish, .multiFieldQAChinese, .hotpotQA, .twoWikiMultihopQA,
            .musique, .duReader, .govReport, .qmSum, .multiNews, .vcSum, .passageCount,
            .passageRetrievalEnglish, .passageRetrievalChinese, .lcc, .repoBench:
            false
        }
    }
}
