import Contract
import Foundation
import LanguageModels
import Prompting
import Testing
import TestSupport
import Tokenizers

/// Prompts of chat models against transformers' apply_chat_template
/// (Tests/References/chat_templates.py).
struct ChatTemplateTests {
    private static let fixtures = Bundle.module.bundleURL.appendingPathComponent("Fixtures")
    private static let tests = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
        .deletingLastPathComponent()
    private static let folder = tests.appendingPathComponent("../../shared/data/tokenizers").standardized

    private let fixture: [String: Any]
    private let context: String
    private let question: String

    init() throws {
        let data = try Data(contentsOf: Self.fixtures.appendingPathComponent("chat-templates.json"))
        fixture = try #require(try JSONSerialization.jsonObject(with: data) as? [String: Any])
        context = try #require(fixture["context"] as? String)
        question = try #require(fixture["question"] as? String)
    }

    private static let names = [
        "llama-2", "llama-2-first", "llama-3", "llama-3.1", "mistral-0.1", "mistral-0.2", "mistral-0.3",
        "mistral-nemo", "zephyr", "tinyllama", "chatml", "smollm2",
    ]

    private func sample(_ name: String) throws -> [String: Any] {
        let cases = try #require(fixture["cases"] as? [[String: Any]])
        return try #require(cases.first { $0["name"] as? String == name })
    }

    /// A model's folder as far as a tokenizer needs one, gone when `body` returns.
    private func withFolder<T>(
        of sample: [String: Any], changing change: ([String: Any]) -> [String: Any] = { $0 },
        _ body: (URL) throws -> T
    ) throws -> T {
        let folder = FileManager.default.temporaryDirectory.appendingPathComponent("chat-\(UUID())")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        let base = try #require(sample["base"] as? String)
        let model = try Data(
            contentsOf: Self.tests.appendingPathComponent("TokenizersTests/Fixtures/\(base).json"))
        var root = try #require(try JSONSerialization.jsonObject(with: model) as? [String: Any])
        var parts = try #require(sample["parts"] as? [String: Any])
        parts["model"] = (root["model"] as? [String: Any] ?? [:]).merging(
            parts["model"] as? [String: Any] ?? [:]
        ) { $1 }
        root.merge(parts) { $1 }
        let configuration = change(try #require(sample["configuration"] as? [String: Any]))
        for (name, object) in [("tokenizer.json", root), ("tokenizer_config.json", configuration)] {
            try JSONSerialization.data(withJSONObject: object).write(to: folder.appendingPathComponent(name))
        }
        return try body(folder)
    }

    private func format(_ folder: URL, _ choice: ChatTemplate.Choice = .folder) throws -> PromptFormat {
        let tokenizer = try Tokenizer(folder: folder)
        let chat = try ChatTemplate(
            choice, for: TokenizerConfiguration(folder: folder), tokenizer: tokenizer, folder: "a folder")
        var configuration = ModelConfiguration(
            vocabularySize: tokenizer.vocabularySize, hiddenSize: 8, intermediateSize: 8, layers: 1, heads: 1)
        configuration.eosIDs = [2]
        return PromptFormat(for: configuration, tokenizer: tokenizer, chat: chat)
    }

    /// As the task of questions asks.
    private var prompt: Prompt {
        Prompt(
            purpose: .answer,
            instruction: "Answer the question about the text above with as few of its words as possible.",
            request: "Question: \(question)", answerPrefix: "Answer:", question: question)
    }

    /// A whole prompt.
    private func ids(_ format: PromptFormat) -> [Int32] {
        let opening = format.opening(of: prompt)
        return opening.prefix + format.context(context, behind: opening).tokens + format.closing(of: prompt)
    }

    @Test(arguments: names)
    func `a prompt has the text and ids of transformers`(_ name: String) throws {
        let sample = try sample(name)
        try withFolder(of: sample) { folder in
            let tokenizer = try Tokenizer(folder: folder)
            let format = try format(folder)
            let chat = try #require(format.chatTemplate)
            #expect(chat.family.rawValue == sample["family"] as? String)
            let expected = try #require(sample["text"] as? String)
            #expect(expected.hasPrefix(chat.head + context) && expected.hasSuffix(chat.tail))
            let ids = self.ids(format)
            #expect(ids.map(Int.init) == sample["ids"] as? [Int])
            #expect(format.stop == [2, try #require(tokenizer.id(of: chat.endOfTurn))])
        }
    }

    @Test(
        .enabled(
            if: FileManager.default.fileExists(atPath: folder.path),
            "needs ../shared/data/tokenizers beside the checkout"))
    func `published folders are prompted as transformers prompts them`() throws {
        let expected = try #require(fixture["folders"] as? [String: [String: Any]])
        #expect(!expected.isEmpty)
        for (name, prompt) in expected {
            let format = try format(Self.folder.appendingPathComponent(name))
            let ids = self.ids(format)
            #expect(ids.map(Int.init) == prompt["ids"] as? [Int], "\(name)")
        }
    }

    @Test func `a base model gets plain text behind what its tokenizer puts first`() throws {
        var sample = try sample("llama-2")
        let templates = ["chat_template": "", "add_bos_token": true] as [String: Any]
        try withFolder(of: sample, changing: { $0.merging(templates) { $1 } }) { folder in
            let error = #expect(throws: PromptError.self) { try format(folder) }
            #expect(error?.description.contains("choose one with --chat-template") == true)
            let plain = try format(folder, .plain)
            #expect(plain.chatTemplate == nil && plain.opening(of: prompt).prefix == [1])
            // The prompt goes on from the context: no space is put in front of it.
            let tokenizer = try Tokenizer(folder: folder)
            let whole = tokenizer.encode(context + "\n\nQuestion: \(question)\nAnswer:")
            #expect(Array(self.ids(plain).dropFirst()) == whole)
        }
        sample["configuration"] = ["bos_token": "<s>", "eos_token": "</s>"]
        try withFolder(of: sample) { folder in
            let (found, zephyr) = try (format(folder), format(folder, .family(.zephyr)))
            #expect(found.chatTemplate == nil)
            #expect(zephyr.chatTemplate?.tail == "</s>\n<|assistant|>\n")
            let error = #expect(throws: PromptError.self) { try format(folder, .family(.chatML)) }
            #expect(error?.description.contains("chatml needs the token '<|im_end|>'") == true)
        }
    }

    @Test func `worked examples, a system's words and what stands before are turns, or text`() throws {
        var asked = prompt
        asked.system = "Be brief."
        asked.before = "Read this."
        asked.shots = [.init(context: "Oslo is big.", request: "Question: What is big?", answer: "Oslo")]
        try withFolder(of: sample("chatml")) { folder in
            let tokenizer = try Tokenizer(folder: folder)
            let opening = try format(folder).opening(of: asked)
            let turns = """
                <|im_start|>system
                Be brief.<|im_end|>
                <|im_start|>user
                Oslo is big.

                \(asked.instruction)
                Question: What is big?<|im_end|>
                <|im_start|>assistant
                Oslo<|im_end|>
                <|im_start|>user
                Read this.


                """
            #expect(opening.prefix == tokenizer.encode(turns))
            let plain = try format(folder, .plain)
            let text = "Be brief.\n\nOslo is big.\n\nQuestion: What is big?\nAnswer: Oslo\n\nRead this.\n\n"
            #expect(plain.opening(of: asked).prefix == tokenizer.prefix + tokenizer.encode(text))
            #expect(
                plain.closing(of: asked)
                    == tokenizer.encode("\n\nQuestion: \(question)\nAnswer:", at: .behindText))
        }
    }

    @Test func `what is asked word for word stands as it is, in a user's turn or without`() throws {
        var asked = Prompt(
            purpose: .answer, before: "You are given a story.\n\nStory: ",
            request: "\n\nNow answer.\n\nQuestion: \(question)\n\nAnswer:", question: question,
            form: .verbatim)
        asked.system = "Be brief."
        let text = asked.before + context + asked.request
        try withFolder(of: sample("chatml")) { folder in
            let tokenizer = try Tokenizer(folder: folder)
            let format = try format(folder)
            func ids(_ prompt: Prompt) -> [Int32] {
                let opening = format.opening(of: prompt)
                return opening.prefix + format.context(context, behind: opening).tokens
                    + format.closing(of: prompt)
            }
            let turns = """
                <|im_start|>system
                Be brief.<|im_end|>
                <|im_start|>user
                \(text)<|im_end|>
                <|im_start|>assistant

                """
            // The space behind "Story:" belongs to the context's first word.
            #expect(ids(asked) == tokenizer.encode(turns))
            #expect(format.answer("Oslo", to: asked).text == "Oslo" && format.lineEnds(for: asked) == nil)
            asked.form = .plainVerbatim
            #expect(ids(asked) == tokenizer.prefix + tokenizer.encode("Be brief.\n\n" + text))
            // A space stands between prompt and answer, unless the prompt has it or its script has none.
            for (end, answer) in [
                ("Answer:", " Oslo"), ("is: ", "Oslo"), ("回答：", "Oslo"), ("code:\n", "Oslo"),
            ] {
                asked.request = end
                #expect(format.answer("Oslo", to: asked).text == answer)
            }
        }
    }

    @Test func `worked examples of what is asked word for word are in the same words`() throws {
        var asked = Prompt(
            purpose: .answer, before: "Text: ", request: "\nQ: Where?\nA:", question: "Where?",
            form: .verbatim)
        asked.shots = [.init(context: "Oslo is big.", request: "\nQ: What?\nA:", answer: "Oslo")]
        try withFolder(of: sample("chatml")) { folder in
            let tokenizer = try Tokenizer(folder: folder)
            let turns = """
                <|im_start|>user
                Text: Oslo is big.
                Q: What?
                A:<|im_end|>
                <|im_start|>assistant
                Oslo<|im_end|>
                <|im_start|>user
                Text:
                """
            #expect(try format(folder).opening(of: asked).prefix == tokenizer.encode(turns))
            let plain = try format(folder, .plain)
            #expect(
                plain.opening(of: asked).prefix
                    == tokenizer.prefix
                    + tokenizer.encode("Text: Oslo is big.\nQ: What?\nA: Oslo\n\nText:"))
            #expect(plain.lineEnds(for: asked) == nil && plain.lineEnds(for: prompt) != nil)
        }
    }

    @Test func `a model with marks has them for the purposes that it knows, and asks for others`() throws {
        let tokenizer = try Tokenizer(folder: bundledModel)
        let configuration = ModelConfiguration(
            vocabularySize: tokenizer.vocabularySize, hiddenSize: 8, intermediateSize: 8, layers: 1, heads: 1)
        let format = PromptFormat(for: configuration, tokenizer: tokenizer)
        func text(_ prompt: Prompt) -> String {
            tokenizer.decode(format.opening(of: prompt).prefix, specialTokens: true) + "{}"
                + tokenizer.decode(format.closing(of: prompt), specialTokens: true)
        }
        #expect(text(Prompt(purpose: .summary)) == "{}<sum>" && text(Prompt(purpose: .readBack)) == "{}<ae>")
        #expect(text(Prompt(purpose: .answer, request: "R", question: "Who?")) == "{}<q> Who?<a>")
        let other = Prompt(purpose: .init(rawValue: "other"), instruction: "Do it.", request: "Now")
        #expect(text(other).hasPrefix("{}<q>") && text(other).hasSuffix("Now<a>"))
        let shots = Prompt(
            purpose: .answer, shots: [.init(context: "Oslo", request: "", question: "Who?", answer: "Anna")],
            question: "Where?")
        #expect(text(shots) == " Oslo<q> Who?<a> Anna<eos>{}<q> Where?<a>")
    }

    @Test func `without a template the end token tells`() throws {
        try withFolder(of: sample("chatml"), changing: { $0.filter { $0.key != "chat_template" } }) {
            folder in
            let chat = try format(folder).chatTemplate
            #expect(chat?.family == .chatML)
        }
    }

    @Test func `a template in a file of its own is read`() throws {
        let sample = try sample("zephyr")
        let template = try #require((sample["configuration"] as? [String: Any])?["chat_template"] as? String)
        try withFolder(of: sample, changing: { $0.filter { $0.key != "chat_template" } }) { folder in
            try Data(template.utf8).write(to: folder.appendingPathComponent("chat_template.jinja"))
            let chat = try format(folder).chatTemplate
            #expect(chat?.family == .zephyr)
        }
    }
}
