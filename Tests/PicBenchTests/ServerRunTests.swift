import Foundation
import Testing
import TestSupport

/// A model behind HTTP as a user names it.
struct ServerRunTests {
    private let folder: TemporaryFolder

    init() throws { folder = try TemporaryFolder() }

    /// Answers everything with a name, and says the key that it was sent where it refuses.
    private func server() throws -> FakeServer {
        try FakeServer { request, _ in
            guard request.headers["authorization"] == "Bearer sk-very-secret" else {
                return [
                    .answer(
                        401,
                        "{\"error\":{\"message\":\"wrong key \(request.headers["authorization"] ?? "")\"}}")
                ]
            }
            if request.path.hasSuffix("/models") { return [FakeServer.oneModel] }
            if request.json["echo"] != nil { return [FakeServer.repeatsNothing] }
            return FakeServer.events("Anna Berg works here")
        }
    }

    private func run(_ key: String, _ arguments: [String]) throws -> Command {
        try Command.shell("PICBENCH_KEY=\(key) exec \"$0\" \"$@\"", arguments)
    }

    @Test func `a grid on a server is scored, marked, and holds no key`() throws {
        let server = try server()
        defer { server.stop() }
        let tokenizer = Command.repository.appendingPathComponent("Models/gazette-1m").path
        let arguments = [
            "run", "--model", server.address, "--tokenizer", tokenizer, "--api-key-env", "PICBENCH_KEY",
            "--methods",
            "all", "--scorer", "gazette-1m", "--ratios", "4", "--limit", "4", "--dataset",
            "gazette:subjects=2,documents=2", "--latency-samples", "2", "--db", folder.path("r.sqlite"),
        ]
        let first = try run("sk-very-secret", arguments)
        #expect(first.status == 0, "\(first.error)")
        #expect(first.output.contains("tiny over HTTP (completions) on gazette"))
        #expect(first.output.contains("the network's time included") && first.output.contains("\nLLMLingua"))
        #expect(first.error.contains("left out SnapKV") && first.error.contains("takes the model's weights"))
        let again = try run("sk-very-secret", arguments)
        #expect(again.error.contains("of them finished before") && again.output == first.output)
        let file = try Data(contentsOf: URL(fileURLWithPath: folder.path("r.sqlite")))
        #expect(file.firstRange(of: Data("very-secret".utf8)) == nil)
        let json = try Command.run(
            "export", "json", "--db", folder.path("r.sqlite"), "-o", folder.path("r.json"))
        #expect(json.status == 0)
        let board = try String(contentsOfFile: folder.path("r.json"), encoding: .utf8)
        #expect(board.contains("\"interface\" : \"completions\"") && !board.contains("keptBytes\" : 0"))
        // What a server does not say how likely it is has no such score.
        #expect(board.contains("\"bleu\"") && !board.contains("token_accuracy"))

        let wrong = try run("sk-other", arguments)
        #expect(wrong.status == 1 && wrong.error.contains("status 401: wrong key Bearer …"), "\(wrong.error)")
        #expect(!wrong.error.contains("sk-other"))
    }

    @Test func `one prompt is answered by a server`() throws {
        let server = try server()
        defer { server.stop() }
        let tokenizer = Command.repository.appendingPathComponent("Models/gazette-1m").path
        let story = try folder.write("Anna Berg works in Oslo. The weather was fine.", to: "story.txt")
        let common = [
            "generate", "--model", server.address, "--tokenizer", tokenizer, "--api-key-env", "PICBENCH_KEY",
        ]
        let answer = try run(
            "sk-very-secret",
            common + ["--context", story, "--question", "Who?", "--method", "bm25", "--ratio", "2", "--json"])
        #expect(answer.status == 0, "\(answer.error)")
        let result = try answer.json()
        #expect(result["text"] as? String == "Anna Berg works here" && result["outputTokens"] as? Int == 4)
        #expect(try #require(result["keptPositions"] as? Int) > 0)
        #expect(server.requests.last?.body.contains("Who?") == true)
        let shown = try run("sk-very-secret", common + ["--question", "Who?", "--show-prompt"])
        #expect(shown.output.contains("{context}"))
    }

    @Test(arguments: [
        ("http://127.0.0.1:1/v1", "", "name its tokenizer with --tokenizer"),
        ("http://u:p@127.0.0.1:1/v1", "--tokenizer Models/gazette-1m", "is stored with the results"),
        ("http://127.0.0.1:1/v1?key=x", "--tokenizer Models/gazette-1m", "is stored with the results"),
        (
            "http://127.0.0.1:1/v1", "--tokenizer Models/gazette-1m --server-patience 0",
            "nobody answers there"
        ),
        ("http://127.0.0.1:1/v1", "--tokenizer Models/none", "Models/none"),
        (
            "http://127.0.0.1:1/v1", "--tokenizer Models/gazette-1m --api-key-env NO_SUCH_KEY",
            "which is not set"
        ),
        ("http://127.0.0.1:1/v1", "--tokenizer Models/gazette-1m --adapter x", "--adapter goes with"),
    ])
    func `what cannot be asked is one line`(_ address: String, _ more: String, _ part: String) throws {
        let found = try Command.run(
            ["run", "--methods", "truncation", "--model", address, "--db", folder.path("r.sqlite")]
                + more.split(separator: " ").map(String.init))
        #expect(found.status != 0 && found.error.contains(part), "\(found.error)")
        #expect(found.error.split(separator: "\n").count == 1)
    }

    @Test func `what takes weights says so of an address`() throws {
        let found = try Command.run("bench", "decode", "--model", "http://127.0.0.1:1/v1")
        #expect(found.status != 0 && found.error.contains("is a server's address"), "\(found.error)")
    }
}
