import Contract
import Metrics

/// LongBench (arXiv 2308.14508) as it is published: each of its sets asked in its own words, with its own limit,
/// and scored by its own measure. The words are THUDM/LongBench's (MIT licence).
///
/// A model with a chat template gets them as a user's turn, but for sets whose context is made of examples or
/// code: models go on from those better without, as the benchmark has it.
public struct LongBench: TaskAdapter {
    public static let card = TaskCard(
        id: "longbench", name: "LongBench",
        summary: "The sets of LongBench, each in its published words and scored by its own measure.",
        metrics: [.longBench] + Metric.longBenchMeasures + [.nats, .cutOff])

    public init() {}

    public func items(of document: Document, in dataset: Dataset) -> [Item] {
        guard let set = document.subset.flatMap(LongBenchSet.init), !document.text.isEmpty else { return [] }
        if set.isSummary {
            guard !document.summaries.isEmpty else { return [] }
            return [
                Item(
                    id: "\(document.id)-summary", prompt: Self.prompt(of: set, about: nil),
                    references: document.summaries, outputLimit: .tokens(set.outputLimit),
                    subset: set.rawValue)
            ]
        }
        return document.questions.filter { !$0.answers.isEmpty }.map { question in
            Item(
                id: question.id, prompt: Self.prompt(of: set, about: question.text),
                references: question.answers, choices: question.choices,
                outputLimit: .tokens(set.outputLimit), subset: set.rawValue)
        }
    }

    private static func prompt(of set: LongBenchSet, about question: String?) -> Prompt {
        let parts = set.words.split(separator: "{context}", omittingEmptySubsequences: false)
        return Prompt(
            purpose: set.isSummary ? .summary : .answer, before: String(parts[0]),
            request: String(parts[1]).replacing("{input}", with: question ?? ""), question: question,
            form: set.isInTurns ? .verbatim : .plainVerbatim)
    }
}

extension LongBenchSet {
    /// Whether it asks for a summary of the whole and has no question.
    fileprivate var isSummary: Bool { [.govReport, .multiNews, .vcSum].contains(self) }

    /// Whether a chat model is asked in a user's turn.
    fileprivate var isInTurns: Bool {
        ![.trec, .triviaQA, .samSum, .lsht, .lcc, .repoBench].contains(self)
    }

    /// The most tokens of an output.
    fileprivate var outputLimit: Int {
        switch self {
        case .hotpotQA, .twoWikiMultihopQA, .musique, .triviaQA, .passageCount,
            .passageRetrievalEnglish, .passageRetrievalChinese:
            32
        case .multiFieldQAEnglish, .multiFieldQAChinese, .trec, .lsht, .lcc, .repoBench: 64
        case .narrativeQA, .qasper, .duReader, .samSum: 128
        case .govReport, .qmSum, .multiNews, .vcSum: 512
        }
    }

    /// What is written around `{context}`; `{input}` is the question.
    fileprivate var words: String {
        switch self {
        case .narrativeQA:
            """
            You are given a story, which can be either a novel or a movie script, and a question. \
            Answer the question asconcisely as you can, using a single phrase if possible. Do not \
            provide any explanation.

            Story: {context}

            Now, answer the question based on the story asconcisely as you can, using a single phrase \
            if possible. Do not provide any explanation.

            Question: {input}

            Answer:
            """
        case .qasper:
            """
            You are given a scientific article and a question. Answer the question as concisely as you \
            can, using a single phrase or sentence if possible. If the question cannot be answered \
            based on the information in the article, write "unanswerable". If the question is a yes/no \
            question, answer "yes", "no", or "unanswerable". Do not provide any explanation.

            Article: {context}

             Answer the question based on the above article as concisely as you can, using a single \
            phrase or sentence if possible. If the question cannot be answered based on the information \
            in the article, write "unanswerable". If the question is a yes/no question, answer "yes", \
            "no", or "unanswerable". Do not provide any explanation.

            Question: {input}

            Answer:
            """
        case .multiFieldQAEnglish:
            """
            Read the following text and answer briefly.

            {context}

            Now, answer the following question based on the above text, only give me the answer and do \
            not output any other words.

            Question: {input}
            Answer:
            """
        case .multiFieldQAChinese:
            """
            阅读以下文字并用中文简短回答：

            {context}

            现在请基于上面的文章回答下面的问题，只告诉我答案，不要输出任何其他字词。

            问题：{input}
            回答：
            """
        case .hotpotQA, .twoWikiMultihopQA, .musique:
            """
            Answer the question based on the given passages. Only give me the answer and do not output \
            any other words.

            The following are given passages.
            {context}

            Answer the question based on the given passages. Only give me the answer and do not output \
            any other words.

            Question: {input}
            Answer:
            """
        case .duReader:
            """
            请基于给定的文章回答下述问题。

            文章：{context}

            请基于上述文章回答下面的问题。

            问题：{input}
            回答：
            """
        case .govReport:
            """
            You are given a report by a government agency. Write a one-page summary of the report.

            Report:
            {context}

            Now, write a one-page summary of the report.

            Summary:
            """
        case .qmSum:
            """
            You are given a meeting transcript and a query containing a question or instruction. Answer \
            the query in one or more sentences.

            Transcript:
            {context}

            Now, answer the query based on the above meeting transcript in one or more sentences.

            Query: {input}
            Answer:
            """
        case .multiNews:
            """
            You are given several news passages. Write a one-page summary of all news.\u{20}

            News:
            {context}

            Now, write a one-page summary of all the news.

            Summary:
            """
        case .vcSum:
            """
            下面有一段会议记录，请你阅读后，写一段总结，总结会议的内容。
            会议记录：
            {context}

            会议总结：
            """
        case .trec:
            """
            Please determine the type of the question below. Here are some examples of questions.

            {context}
            {input}
            """
        case .triviaQA:
            """
            Answer the question based on the given passage. Only give me the answer and do not output \
            any other words. The following are some examples.

            {context}

            {input}
            """
        case .samSum:
            """
            Summarize the dialogue into a few short sentences. The following are some examples.

            {context}

            {input}
            """
        case .lsht:
            """
            请判断给定新闻的类别，下面是一些例子。

            {context}
            {input}
            """
        case .passageCount:
            """
            There are some paragraphs below sourced from Wikipedia. Some of them may be duplicates. \
            Please carefully read these paragraphs and determine how many unique paragraphs there are \
            after removing duplicates. In other words, how many non-repeating paragraphs are there in \
            total?

            {context}

            Please enter the final count of unique paragraphs after removing duplicates. The output \
            format should only contain the number, such as 1, 2, 3, and so on.

            The final answer is:\u{20}
            """
        case .passageRetrievalEnglish:
            """
            Here are 30 paragraphs from Wikipedia, along with an abstract. Please determine which \
            paragraph the abstract is from.

            {context}

            The following is an abstract.

            {input}

            Please enter the number of the paragraph that the abstract is from. The answer format must \
            be like "Paragraph 1", "Paragraph 2", etc.

            The answer is:\u{20}
            """
        case .passageRetrievalChinese:
            """
            以下是若干段落文字，以及其中一个段落的摘要。请确定给定的摘要出自哪一段。

            {context}

            下面是一个摘要

            {input}

            请输入摘要所属段落的编号。答案格式必须是"段落1"，"段落2"等格式

            答案是：
            """
        case .lcc:
            """
            Please complete the code given below.\u{20}
            {context}Next line of code:

            """
        case .repoBench:
            """
            Please complete the code given below.\u{20}
            {context}{input}Next line of code:

            """
        }
    }
}
