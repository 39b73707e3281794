import Contract
import Foundation
import HTTPModels
import Prompting
import Reading
import Synchronization
import Testing
import TestSupport
import Tokenizers

/// A model behind HTTP as one exchange after the other: what is sent, what is made of what comes back, and what is done
/// when nothing good does.
struct HTTPModelTests {
    private let tokenizer: Tokenizer

    init() throws { tokenizer = try Tokenizer(folder: bundledModel) }

    private func options(_ change: (inout HTTPModel.Options) -> Void = { _ in }) -> HTTPModel.Options {
        var options = HTTPModel.Options()
        (options.silence, options.patience) = (1, 20)
        change(&options)
        return options
    }

    private func model(
        _ server: FakeServer, _ options: HTTPModel.Options? = nil,
        log: @escaping @Sendable (String) -> Void = { _ in }
    ) throws -> HTTPModel {
        try HTTPModel(
            server.address, tokenizer: tokenizer, tokenizerHash: "t", options: options ?? self.options(),
            log: log)
    }

    /// A server with one model whose prompts are answered by `respond`; its number counts prompts.
    private func server(
        repeats: FakeServer.Action = FakeServer.repeatsNothing, takesPenalties: Bool = true,
        _ respond: @escaping @Sendable (FakeServer.Request, Int) -> [FakeServer.Action]
    ) throws -> FakeServer {
        let asked = Mutex(0)
        return try FakeServer { request, _ in
            if request.path.hasSuffix("/models") { return [FakeServer.oneModel] }
            if request.json["echo"] != nil { return [repeats] }
            // Whether it takes fields of its own.
            if request.json["stream"] == nil { return [.answer(takesPenalties ? 200 : 422, "{}")] }
            return respond(
                request,
                asked.withLock { asked in
                    defer { asked += 1 }
                    return asked
                })
        }
    }

    private func problem(_ body: () throws -> Void) -> String {
        do {
            try body()
            return "no error"
        } catch { return "\(error)" }
    }

    private let prompt = ServedPrompt(.text("Where? Answer:"), maxNewTokens: 5, stop: ["\n"])

    @Test func `a prompt is sent greedily, and streamed text comes back with its times`() throws {
        let server = try server { _, _ in
            FakeServer.events("In Oslo", finish: "length").flatMap { [.pause(0.05), $0] }
        }
        defer { server.stop() }
        let model = try model(server, options { $0.key = "sk-secret" })
        #expect(model.name == "tiny" && model.abilities == [] && model.contextLimit == nil)
        let answer = try model.answer(prompt)
        #expect(answer.text == "In Oslo" && answer.tokens == 2 && answer.isCutOff)
        #expect(answer.secondsToFirst > 0.08 && answer.seconds > answer.secondsToFirst + 0.1)
        let sent = try #require(server.requests.last)
        #expect(sent.method == "POST" && sent.path == "/v1/completions")
        #expect(sent.headers["authorization"] == "Bearer sk-secret")
        #expect(
            sent.json["prompt"] as? String == "Where? Answer:" && sent.json["stop"] as? [String] == ["\n"])
        #expect(sent.json["temperature"] as? Int == 0 && sent.json["max_tokens"] as? Int == 5)
        #expect(sent.json["model"] as? String == "org/tiny" && sent.json["stream"] as? Bool == true)
        #expect(sent.json["repeat_penalty"] as? Int == 1 && sent.json["repetition_penalty"] as? Int == 1)
    }

    @Test func `a server that refuses fields of others is asked without them`() throws {
        let server = try server(takesPenalties: false) { _, _ in FakeServer.events("Oslo") }
        defer { server.stop() }
        #expect(try model(server).answer(prompt).text == "Oslo")
        let sent = try #require(server.requests.last)
        #expect(sent.json["stream"] != nil && sent.json["repeat_penalty"] == nil)
    }

    @Test func `a conversation is sent as turns`() throws {
        let server = try server { _, _ in FakeServer.events("Oslo it is", chat: true) }
        defer { server.stop() }
        let model = try model(server, options { $0.interface = .chat })
        let turns = [ChatTurn(role: .system, content: "Be brief."), .init(role: .user, content: "Where?")]
        let answer = try model.answer(ServedPrompt(.turns(turns), maxNewTokens: 7))
        #expect(answer.text == "Oslo it is" && !answer.isCutOff)
        let sent = try #require(server.requests.last)
        #expect(sent.path == "/v1/chat/completions" && sent.json["prompt"] == nil && sent.json["stop"] == nil)
        let messages = sent.json["messages"] as? [[String: String]]
        #expect(messages?.map { $0["role"] } == ["system", "user"] && messages?[1]["content"] == "Where?")
        // Nothing was asked about probabilities, which no chat gives of a prompt.
        #expect(!server.requests.contains { $0.json["echo"] != nil })
    }

    @Test func `a server that does not stream is understood`() throws {
        let server = try server { _, _ in
            [
                .answer(
                    200,
                    #"{"choices":[{"text":"Oslo","finish_reason":"stop"}],"usage":{"completion_tokens":3}}"#)
            ]
        }
        defer { server.stop() }
        let answer = try model(server).answer(prompt)
        #expect(answer.text == "Oslo" && answer.tokens == 3 && !answer.isCutOff)
    }

    /// What a bad minute of a server is: the same prompt is sent again, and its answer is whole.
    @Test(arguments: [
        "500", "503", "429", "closes", "half a head", "breaks off", "stalls", "wrong json", "error inside",
    ])
    func `what may pass is sent again`(_ kind: String) throws {
        let server = try server { _, number in
            guard number == 0 else { return FakeServer.events("Oslo") }
            let half: [FakeServer.Action] = [
                .beginsEvents, .send("data: {\"choices\":[{\"text\":\"Ber\"}]}\n\n"),
            ]
            switch kind {
            case "500": return [.answer(500, "oops")]
            case "503": return [.answer(503, #"{"error":{"message":"loading"}}"#)]
            case "429": return [.answer(429, #"{"error":"slow down"}"#, headers: ["Retry-After: 2"])]
            case "closes": return []
            case "half a head": return [.send("HTTP/1.1 200 O")]
            case "breaks off": return half
            case "stalls": return half + [.pause(4)]
            case "wrong json": return [.beginsEvents, .send("data: {\"choices\n\ndata: [DONE]\n\n")]
            default: return half + [.send("data: {\"error\":{\"message\":\"out of memory\"}}\n\n")]
            }
        }
        defer { server.stop() }
        let said = Mutex<[String]>([])
        let model = try model(server) { line in said.withLock { $0.append(line) } }
        let begin = ContinuousClock.now
        let answer = try model.answer(prompt)
        #expect(answer.text == "Oslo")
        #expect(server.requests.filter { $0.json["stream"] != nil }.count == 2)
        let lines = said.withLock { $0 }
        // What is over in a second is not told of.
        guard kind == "429" else {
            #expect(lines.isEmpty, "\(lines)")
            return
        }
        #expect(begin.duration(to: .now) >= .seconds(2) && lines.count == 2, "\(lines)")
        #expect(lines.first?.contains("slow down; trying again") == true)
        #expect(lines.last?.hasSuffix("answers again") == true)
    }

    @Test func `what does not pass is one line, for its prompt alone`() throws {
        let server = try server { _, number in
            number == 0
                ? [.answer(400, "{\"error\":{\"message\":\"the prompt\\nis too long for sk-secret\"}}")]
                : [.beginsEvents, .send("data: nonsense\n\ndata: [DONE]\n\n")]
        }
        defer { server.stop() }
        let model = try model(server, options { $0.key = "sk-secret" })
        let refused = problem { _ = try model.answer(prompt) }
        #expect(
            refused.contains("did not answer a prompt: status 400: the prompt is too long for …"),
            "\(refused)")
        // Three times the same nonsense is what it says, and no absence.
        let nonsense = problem { _ = try model.answer(prompt) }
        #expect(nonsense.contains("'nonsense', which is no part of an answer"), "\(nonsense)")
        #expect(server.requests.filter { $0.json["stream"] != nil }.count == 4)
    }

    @Test func `a server that stays away, or knows nobody, ends the run`() throws {
        let server = try server { _, number in
            number == 0 ? [.answer(401, #"{"error":{"message":"bad key sk-secret"}}"#)] : [.answer(503, "")]
        }
        defer { server.stop() }
        let model = try model(server, options { ($0.key, $0.patience) = ("sk-secret", 1) })
        for words in ["status 401: bad key …", "status 503"] {
            let error = #expect(throws: ServerAway.self) { try model.answer(prompt) }
            #expect(error?.description.contains(words) == true, "\(String(describing: error))")
            #expect(error?.description.contains("same command goes on") == true)
        }
        server.stop()
        let gone = problem { _ = try self.model(server, options { $0.patience = 0 }) }
        #expect(gone.contains("nobody answers there"), "\(gone)")
    }

    @Test func `which model is meant is found out, or asked for`() throws {
        let list = Mutex(#"{"data":[{"id":"a","max_model_len":77},{"id":"b"}]}"#)
        let server = try FakeServer { request, _ in
            request.path.hasSuffix("/models")
                ? [.answer(list.withLock { $0 } == "" ? 404 : 200, list.withLock { $0 })]
                : [FakeServer.repeatsNothing]
        }
        defer { server.stop() }
        #expect(problem { _ = try model(server) }.contains("has 2 models; name one with --model-name: a, b"))
        #expect(problem { _ = try model(server, options { $0.model = "c" }) }.contains("'c'; known: a, b"))
        let named = try model(server, options { $0.model = "a" })
        #expect(named.name == "a" && named.contextLimit == 77)
        #expect(
            try model(server, options { ($0.model, $0.name) = ("a", "A") }).contentHash == named.contentHash)
        // Not every server lists what it has.
        list.withLock { $0 = "" }
        #expect(problem { _ = try model(server) }.contains("lists no models"))
        let hidden = try model(server, options { $0.model = "a" })
        #expect(hidden.name == "a" && hidden.contextLimit == nil)
        #expect(
            try model(server, options { ($0.model, $0.interface) = ("a", .chat) }).contentHash
                != hidden.contentHash)
        list.withLock { $0 = "[1]" }
        #expect(problem { _ = try model(server) }.contains("list of models is none"))
    }

    @Test func `how likely words are is read from a repeated prompt`() throws {
        // "one" + " two three" cut into "on", "e t", "wo", " three", and a token that was put out behind them.
        let reply = """
            {"choices":[{"text":"one two three four","logprobs":{
            "tokens":["on","e t","wo"," three"," four"],"token_logprobs":[null,-0.5,-0.25,-2.0,-9.0],
            "top_logprobs":[null,{"e t":-0.5},{"xx":-0.1},{" three":-2.0}],"text_offset":[0,2,5,7,13]}}]}
            """
        let server = try server(repeats: .answer(200, reply)) { _, _ in [] }
        defer { server.stop() }
        let model = try model(server)
        #expect(model.abilities == [.target, .options])
        let prediction = try model.prediction(of: " two three", behind: "one")
        // The token that the seam goes through is one of the text's; the one behind is not.
        #expect(prediction.logLikelihoods == [-0.5, -0.25, -2] && prediction.isBest == [true, false, true])
        #expect(prediction.logLikelihood == -2.75)
    }
}
