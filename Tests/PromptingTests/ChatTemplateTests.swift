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
        // In the style of others, with the templates of JinjaTests.
        "qwen-2.5", "qwen-3", "llama-3.2", "smollm3", "gemma-2", "gemma-3", "phi-3", "phi-4-mini",
        "mistral-v1",
        "mistral-v3", "mistral-tekken", "granite-3", "deepseek", "olmo-2",
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
        let folder = try TemporaryFolder().url
        let base = try #require(sample["base"] as? String)
        let model = try Data(
            contentsOf: Self.tests.appendingPathComponent("TokenizersTests/Fixtures/\(base).json"))
        var root = try #require(try JSONSerialization.jsonObject(with: model) as? [String: Any])
        var parts = try #require(sample["parts"] as? [String: Any])
        parts["model"] = (root["model"] as? [String: Any] ?? [:]).merging(
            parts["model"] as? [String: Any] ?? [:]
        ) { $1 }
        root.merge(parts) { $1 }
        let configuration = change(try self.configuration(of: sample))
        for (name, object) in [("tokenizer.json", root), ("tokenizer_config.json", configuration)] {
            try JSONSerialization.data(withJSONObject: object).write(to: folder.appendingPathComponent(name))
        }
        return try body(folder)
    }

    /// Its `tokenizer_config.json`; a template of JinjaTests is put in.
    private func configuration(of sample: [String: Any]) throws -> [String: Any] {
        var configuration = try #require(sample["configuration"] as? [String: Any])
        let file = Self.tests.appendingPathComponent(
            "JinjaTests/Fixtures/templates/\(sample["name"] ?? "").jinja")
        if configuration["chat_template"] == nil, let data = try? Data(contentsOf: file) {
            configuration["chat_template"] = String(decoding: data, as: UTF8.self)
        }
        return configuration
    }

    private func format(_ folder: URL, _ choice: ChatTemplate.Choice = .folder) throws -> PromptFormat {
        let tokenizer = try Tokenizer(folder: folder)
        let own = try TokenizerConfiguration(folder: folder)
        let chat = try ChatTemplate(choice, for: own, tokenizer: tokenizer, folder: "a folder")
        var configuration = ModelConfiguration(
            vocabularySize: tokenizer.vocabularySize, hiddenSize: 8, intermediateSize: 8, layers: 1, heads: 1)
        configuration.eosIDs = [2]
        return PromptFormat(
            for: configuration, tokenizer: tokenizer, endToken: own.endToken, chat: chat)
    }

    /// As the task of questions asks.
    private var prompt: Prompt {
        Prompt(
            purpose: .answer,
            instruction: "Answer the question about the text above with as few of its words as possible.",
            request: "Question: \(question)", answerPrefix: "Answer:", question: question)
    }

    /// With what the system says, a worked example and words before the context.
    private var fullPrompt: Prompt {
        var prompt = prompt
        prompt.system = "Be brief."
        prompt.before = "Read this."
        prompt.shots = [.init(context: "Oslo is big.", request: "Question: What is big?", answer: "Oslo")]
        return prompt
    }

    /// A whole prompt.
    private func ids(_ format: PromptFormat, _ prompt: Prompt) throws -> [Int] {
        let opening = try format.opening(of: prompt)
        let tokens = format.context(context, behind: opening).tokens
        return (opening.prefix + tokens + (try format.closing(of: prompt))).map(Int.init)
    }

    @Test(arguments: names)
    func `a prompt has the ids of transformers, whatever is in it, and the answer its end`(_ name: String)
        throws
    {
        let sample = try sample(name)
        try withFolder(of: sample) { folder in
            let tokenizer = try Tokenizer(folder: folder)
            let format = try format(folder)
            let (plain, full) = try (ids(format, prompt), ids(format, fullPrompt))
            #expect(plain == sample["plain"] as? [Int])
            #expect(full == sample["full"] as? [Int])
            // What a server is sent is the same prompt, but for the token that it puts in front of every text itself.
            let begin = tokenizer.prefix.map(Int.init)
            let sent = tokenizer.encode(try format.text(of: fullPrompt, around: context)).map(Int.init)
            #expect(sent == (full.starts(with: begin) ? Array(full.dropFirst(begin.count)) : full))
            let tokens = try configuration(of: sample)
            let ends = [sample["end"], tokens["eos_token"]].compactMap { $0 as? String }
            #expect(format.stop == Set([2] + ends.compactMap(tokenizer.id)))
        }
    }

    /// Families, and samples whose template writes what the family's does where the system says something.
    private static let families: [(ChatTemplate.Family, String)] = [
        (.llama2, "llama-2"), (.llama3, "llama-3"), (.chatML, "chatml"), (.mistral, "mistral-0.1"),
        (.zephyr, "zephyr"), (.gemma, "gemma-3"), (.phi3, "phi-3"), (.granite, "granite-3"),
    ]

    @Test func `a family writes what its models' templates write`() throws {
        #expect(Self.families.map(\.0) == ChatTemplate.Family.allCases)
        for (family, name) in Self.families {
            let sample = try sample(name)
            let own = try withFolder(of: sample) { try format($0).stop }
            // Ours, not the folder's.
            try withFolder(of: sample, changing: { $0.filter { $0.key != "chat_template" } }) { folder in
                let format = try format(folder, .family(family))
                #expect(format.chatTemplate?.family == family)
                let full = try ids(format, fullPrompt)
                #expect(full == sample["full"] as? [Int], "\(family)")
                #expect(format.stop == own, "\(family)")
            }
        }
    }

    @Test func `a template that no prompt comes from is refused with its place and the way on`() throws {
        let cases = [
            (
                "{{ bos_token }}\n{% for m in messages %}{{ m.content | shuffle }}{% endfor %}",
                "line 2, column 39: the filter 'shuffle'"
            ),
            (
                "{{ raise_exception('Not today') }}",
                "line 1, column 4: the template refuses this conversation: Not today"
            ),
            ("{% for m in messages %}{{ m.content }", "line 1, column 37: found '}', expected"),
            ("{{ bos_token }}", "writes a user's message 0 times"),
            (
                "{% for m in messages %}{{ m.content ~ m.content }}{% endfor %}",
                "writes a user's message 2 times"
            ),
        ]
        for (template, words) in cases {
            try withFolder(of: sample("zephyr"), changing: { $0.merging(["chat_template": template]) { $1 } })
            { folder in
                let error = #expect(throws: PromptError.self) { try format(folder) }
                #expect(error?.description.contains(words) == true, "\(error?.description ?? "")")
                #expect(error?.description.contains("a file with another, llama-2, llama-3,") == true)
                let other = try format(folder, .family(.zephyr)).chatTemplate
                #expect(other != nil)
            }
        }
    }

    @Test func `a family is the folder's own template where that is one of it, and ours where it fails`()
        throws
    {
        let sample = try sample("smollm2")
        try withFolder(of: sample) { folder in
            let (own, chosen) = try (format(folder), format(folder, .family(.chatML)))
            #expect(
                own.chatTemplate?.family == .chatML && chosen.chatTemplate?.source == own.chatTemplate?.source
            )
        }
        let broken = "{{ '<|im_start|>' | shuffle }}"
        try withFolder(of: sample, changing: { $0.merging(["chat_template": broken]) { $1 } }) { folder in
            #expect(throws: PromptError.self) { try format(folder) }
            let ours = try format(folder, .family(.chatML)).chatTemplate
            #expect(ours?.family == .chatML && ours?.source.contains("shuffle") == false)
        }
    }

    @Test func `a template in a file the user names is in place of the folder's`() throws {
        let sample = try sample("gemma-2")
        let template = try #require(try configuration(of: sample)["chat_template"] as? String)
        try withFolder(of: sample, changing: { $0.merging(["chat_template": "{{ x.y }}"]) { $1 } }) {
            folder in
            let format = try format(folder, .file(template, path: "gemma.jinja"))
            let plain = try ids(format, prompt)
            #expect(plain == sample["plain"] as? [Int] && format.chatTemplate?.family == nil)
            let error = #expect(throws: PromptError.self) {
                try self.format(folder, .file("{{", path: "a.jinja"))
            }
            #expect(error?.description.hasPrefix("the chat template a.jinja cannot be used, line 1") == true)
        }
    }

    @Test func `special tokens that words of data write out are text in a rendered template`() throws {
        try withFolder(of: sample("chatml")) { folder in
            let tokenizer = try Tokenizer(folder: folder)
            let format = try format(folder)
            var asked = fullPrompt
            asked.request = "<|im_end|>"
            asked.before = "<|im_start|>"
            asked.shots[0].answer = "<|im_end|>"
            let end = try #require(tokenizer.id(of: "<|im_end|>"))
            let (opening, closing) = try (format.opening(of: asked).prefix, format.closing(of: asked))
            // The system's turn, the user's and the answer's; the last message's.
            #expect(opening.count { $0 == end } == 3 && closing.count { $0 == end } == 1)
            let written = tokenizer.decode(opening, specialTokens: true)
            #expect(written.hasSuffix("<|im_start|>user\n<|im_start|>\n\n"))
        }
    }

    @Test func `a family's name is a template's identity, and a hash that of one of none`() throws {
        for (name, expected) in [
            ("llama-2", "llama-2"), ("llama-3.1", "llama-3"), ("mistral-0.3", "mistral"),
            ("tinyllama", "zephyr"), ("smollm2", "chatml"),
        ] {
            let identity = try withFolder(of: sample(name)) { try format($0).chatTemplate?.identity }
            #expect(identity == expected)
        }
        try withFolder(of: sample("granite-3")) { folder in
            let (own, ours) = try (
                format(folder).chatTemplate, format(folder, .family(.granite)).chatTemplate
            )
            #expect(own?.identity.count == 64 && ours?.identity == "granite")
        }
    }

    @Test func `a template that refuses a prompt later is an error of one line`() throws {
        let template = """
            {% for m in messages %}{% if loop.length > 1 %}{{ raise_exception('One message!') }}{% endif %}\
            {{ m.content }}{% endfor %}
            """
        try withFolder(of: sample("zephyr"), changing: { $0.merging(["chat_template": template]) { $1 } }) {
            folder in
            let format = try format(folder)
            _ = try format.opening(of: prompt)
            let error = #expect(throws: PromptError.self) { try format.closing(of: fullPrompt) }
            #expect(error?.description.contains("One message!") == true)
        }
    }

    @Test func `what a context says is nothing to the template`() throws {
        // The words that stand in for the context while a template is rendered, and marks of Jinja.
        try withFolder(of: sample("chatml")) { folder in
            let format = try format(folder)
            var asked = prompt
            asked.system = "The context contextx {{ system }} {% answer"
            let opening = try format.opening(of: asked)
            let tokenizer = try Tokenizer(folder: folder)
            let text = tokenizer.decode(opening.prefix, specialTokens: true)
            #expect(text == "<|im_start|>system\n\(asked.system ?? "")<|im_end|>\n<|im_start|>user\n")
        }
    }

    @Test(
        .enabled(
            if: FileManager.default.fileExists(atPath: folder.path),
            "needs ../shared/data/tokenizers beside the checkout"))
    func `published folders are prompted as transformers prompts them`() throws {
        let expected = try #require(fixture["folders"] as? [String: [Int]])
        #expect(!expected.isEmpty)
        for (name, ids) in expected {
            let format = try format(Self.folder.appendingPathComponent(name))
            let made = try self.ids(format, prompt)
            #expect(made == ids, "\(name)")
        }
    }

    @Test func `a base model gets plain text behind what its tokenizer puts first`() throws {
        var sample = try sample("llama-2")
        let templates = ["chat_template": "", "add_bos_token": true] as [String: Any]
        try withFolder(of: sample, changing: { $0.merging(templates) { $1 } }) { folder in
            let error = #expect(throws: PromptError.self) { try format(folder) }
            #expect(error?.description.contains("choose one with --chat-template") == true)
            let plain = try format(folder, .plain)
            try #expect(plain.chatTemplate == nil && plain.opening(of: prompt).prefix == [1])
            // The prompt goes on from the context: no space is put in front of it.
            let tokenizer = try Tokenizer(folder: folder)
            let whole = tokenizer.encode(context + "\n\nQuestion: \(question)\nAnswer:")
            let made = try ids(plain, prompt)
            #expect(made.dropFirst().elementsEqual(whole.map(Int.init)))
        }
        sample["configuration"] = ["bos_token": "<s>", "eos_token": "</s>"]
        try withFolder(of: sample) { folder in
            let tokenizer = try Tokenizer(folder: folder)
            let (found, zephyr) = try (format(folder), format(folder, .family(.zephyr)))
            #expect(found.chatTemplate == nil)
            let answer = tokenizer.encode("</s>\n<|assistant|>\n")
            try #expect(zephyr.closing(of: prompt).suffix(answer.count) == answer[...])
            let error = #expect(throws: PromptError.self) { try format(folder, .family(.chatML)) }
            #expect(error?.description.contains("chatml needs the token '<|im_end|>'") == true)
        }
    }

    @Test func `worked examples, a system's words and what stands before are turns, or text`() throws {
        let asked = fullPrompt
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
            try #expect(plain.opening(of: asked).prefix == tokenizer.prefix + tokenizer.encode(text))
            try #expect(
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
            func ids(_ prompt: Prompt) throws -> [Int32] {
                let opening = try format.opening(of: prompt)
                return opening.prefix + format.context(context, behind: opening).tokens
                    + (try format.closing(of: prompt))
            }
            let turns = """
                <|im_start|>system
                Be brief.<|im_end|>
                <|im_start|>user
                \(text)<|im_end|>
                <|im_start|>assistant

                """
            // The space behind "Story:" belongs to the context's first word.
            try #expect(ids(asked) == tokenizer.encode(turns))
            #expect(format.answer("Oslo", to: asked).text == "Oslo" && format.lineEnds(for: asked) == nil)
            asked.form = .plainVerbatim
            try #expect(ids(asked) == tokenizer.prefix + tokenizer.encode("Be brief.\n\n" + text))
            // A space stands between prompt and answer, unless the prompt has it or its script has none.
            for (end, answer) in [
                ("Answer:", " Oslo"), ("is: ", "Oslo"), ("回答：", "Oslo"), ("code:\n", "Oslo"),
            ] {
                asked.request = end
                #expect(format.answer("Oslo", to: asked).text == answer)
            }
        }
    }

    @Test func `earlier turns stand between the context and the question`() throws {
        var asked = prompt
        asked.history = [.init(request: "Question: Who?", question: "Who?", answer: "Ann")]
        try withFolder(of: sample("chatml")) { folder in
            let tokenizer = try Tokenizer(folder: folder)
            func text(_ format: PromptFormat) throws -> String {
                tokenizer.decode(try format.closing(of: asked), specialTokens: true)
            }
            #expect(
                try text(format(folder)) == """


                    Answer the question about the text above with as few of its words as possible.
                    Question: Who?<|im_end|>
                    <|im_start|>assistant
                    Ann<|im_end|>
                    <|im_start|>user
                    Question: \(question)<|im_end|>
                    <|im_start|>assistant

                    """)
            #expect(
                try text(format(folder, .plain))
                    == "\n\nQuestion: Who?\nAnswer: Ann\n\nQuestion: \(question)\nAnswer:")
        }
        let tokenizer = try Tokenizer(folder: bundledModel)
        let marks = PromptFormat(
            for: ModelConfiguration(
                vocabularySize: tokenizer.vocabularySize, hiddenSize: 8, intermediateSize: 8, layers: 1,
                heads: 1),
            tokenizer: tokenizer)
        #expect(
            try marks.closing(of: asked) == tokenizer.encode("<q>Who?<a>Ann<eos><q>\(question)<a>"))
    }

    @Test func `an answer is taught to end where decoding stops`() throws {
        let readBack = Prompt(purpose: .readBack, instruction: "Repeat the text.")
        let continuation = Prompt(purpose: .continuation, request: "and")
        try withFolder(of: sample("chatml")) { folder in
            let tokenizer = try Tokenizer(folder: folder)
            let (chat, plain) = try (format(folder), format(folder, .plain))
            #expect(
                chat.end(of: prompt) == tokenizer.encode("<|im_end|>")
                    && chat.stop.contains(chat.end(of: prompt)[0]))
            #expect(plain.end(of: prompt) == tokenizer.encode("\n"))
            #expect(
                plain.end(of: readBack).allSatisfy(plain.stop.contains) && plain.end(of: readBack).count == 1)
            #expect(plain.end(of: continuation).isEmpty && chat.end(of: continuation).isEmpty)
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
            try #expect(
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
        func text(_ prompt: Prompt) throws -> String {
            tokenizer.decode(try format.opening(of: prompt).prefix, specialTokens: true) + "{}"
                + tokenizer.decode(try format.closing(of: prompt), specialTokens: true)
        }
        try #expect(
            text(Prompt(purpose: .summary)) == "{}<sum>" && text(Prompt(purpose: .readBack)) == "{}<ae>")
        try #expect(text(Prompt(purpose: .answer, request: "R", question: "Who?")) == "{}<q> Who?<a>")
        let other = Prompt(purpose: .init(rawValue: "other"), instruction: "Do it.", request: "Now")
        try #expect(text(other).hasPrefix("{}<q>") && text(other).hasSuffix("Now<a>"))
        let shots = Prompt(
            purpose: .answer, shots: [.init(context: "Oslo", request: "", question: "Who?", answer: "Anna")],
            question: "Where?")
        try #expect(text(shots) == " Oslo<q> Who?<a> Anna<eos>{}<q> Where?<a>")
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
            #expect(chat?.source == template && chat?.family == .zephyr)
        }
    }
}
