import Foundation
import TestSupport
import Testing

struct ToolTests {
    private let folder: TemporaryFolder

    init() throws { folder = try TemporaryFolder() }

    @Test(arguments: [
        [], ["run"], ["export"], ["export", "markdown"], ["export", "csv"], ["export", "json"], ["list"],
        ["list", "methods"], ["list", "runs"], ["list", "cells"], ["list", "datasets"], ["show", "sample"],
        ["train"], ["train", "base"], ["train", "compressor"],
        ["generate"],
        ["tokenize"], ["score"], ["bench"], ["bench", "prefill"], ["bench", "limits"],
    ])
    func `every command explains itself`(_ command: [String]) throws {
        let help = try Command.run(command + ["--help"])
        #expect(help.status == 0 && help.output.contains("USAGE") && help.output.contains("OVERVIEW"))
    }

    @Test func `lists are tables and JSON`() throws {
        for (list, part) in [
            ("methods", "pic"), ("tasks", "reconstruction"), ("models", "gazette-1m"),
            ("datasets", "squad=PATH"),
        ] {
            #expect(try Command.run("list", list).output.contains(part))
            let json = try Command.run("list", list, "--json")
            #expect(try JSONSerialization.jsonObject(with: Data(json.output.utf8)) is [[String: Any]])
        }
    }

    @Test func `a sample is shown with its exact prompt, and a cell with what is different`() throws {
        let db = folder.url.appendingPathComponent("r.sqlite").path
        let run = ["run", "--methods", "truncation", "--tasks", "qa", "--db", db]
        let small = ["--dataset", "gazette:subjects=2,documents=2", "--limit", "2", "--latency-samples", "1"]
        for more in [[], ["--seeds", "2"]] {
            #expect(try Command.run(run + small + ["--budgets", "12"] + more).status == 0)
        }
        let cells = try Command.run("list", "cells", "--db", db)
        #expect(cells.output.split(separator: "\n").count == 7 && cells.output.contains("12 positions"))
        let why = try Command.run("list", "cells", "--db", db, "--why", "3")
        #expect(why.output.split(separator: "\n").last?.split(separator: " ") == ["6", "seed", "1", "2"])
        let names = try Command.run("show", "sample", "--db", db, "--cell", "3").output.split(separator: "\n")
        #expect(names.count == 3 && names[0].hasPrefix("example  em  question"), "\(names)")
        let shown = try Command.run(
            "show", "sample", "--db", db, "--cell", "3", "--example", String(names[1].prefix { $0 != " " }))
        #expect(shown.output.contains("prompt: <bos>") && shown.output.contains("<q>"), "\(shown.output)")
        for (arguments, part) in [
            (["list", "cells", "--why", "9"], "has no cell 9"),
            (["show", "sample", "--cell", "9"], "has no cell 9"),
            (["show", "sample", "--cell", "3", "--example", "x"], "has no example 'x'"),
        ] {
            let refused = try Command.run(arguments + ["--db", db])
            #expect(refused.status != 0 && refused.error.contains(part), "\(refused.error)")
        }
    }

    private static let hidingProc =
        "unshare --user --map-root-user --mount sh -c 'mount -t tmpfs none /proc && $1' "

    /// As in a bare chroot, where a program does not know its own command.
    @Test(
        .enabled(
            if: (try? Command.shell(hidingProc.replacing("$1", with: "true"), []))?.status == 0,
            "nobody but root may hide /proc here"))
    func `one line where there is no proc`() throws {
        let hidden = Self.hidingProc.replacing("$1", with: #"exec "$0" "$@""#) + #""$0" "$@" "#
        let run = try Command.shell(hidden, ["--version"])
        #expect(run.status == 1 && run.output.isEmpty && run.error.hasPrefix("Error: there is no /proc here"))
        #expect(run.error.split(separator: "\n").count == 1, "\(run.error)")
    }

    @Test func `token ids need no tokenizer`() throws {
        let folder = try TemporaryFolder()
        for file in ["config.json", "model.safetensors"] {
            try FileManager.default.copyItem(
                at: Command.repository.appendingPathComponent("Models/gazette-1m/\(file)"),
                to: folder.url.appendingPathComponent(file))
        }
        let arguments = ["generate", "--prompt-tokens", "5,9,12", "--max-new-tokens", "4"]
        let without = try Command.run(arguments + ["--model", folder.url.path, "--json"])
        #expect(without.status == 0 && without.error.contains("token ids, and no text: "), "\(without.error)")
        let (found, whole) = (try without.json(), try Command.run(arguments + ["--json"]).json())
        #expect(found["tokens"] as? [Int] == whole["tokens"] as? [Int])
        #expect(found["text"] == nil && whole["text"] is String)
        let plain = try Command.run(arguments + ["--model", folder.url.path]).output
        #expect(plain == (found["tokens"] as? [Int] ?? []).map(String.init).joined(separator: ",") + "\n")
    }

    /// Fixture by transformers: Tests/References/bundled.py.
    @Test func `the bundled model computes what transformers computes`() throws {
        let url = Command.repository.appendingPathComponent("Tests/PicBenchTests/Fixtures/bundled.json")
        let reference = try JSONSerialization.jsonObject(with: Data(contentsOf: url)) as? [String: Any] ?? [:]
        let prompt = try #require(reference["prompt"] as? [Int])
        let expected = try #require(reference["logits"] as? [Double])
        for threads in ["1", "2"] {
            let json = try Command.run(
                "generate", "--prompt-tokens", prompt.map(String.init).joined(separator: ","),
                "--max-new-tokens", "8",
                "--threads", threads, "--logits", "--json"
            ).json()
            #expect(json["tokens"] as? [Int] == reference["generated"] as? [Int])
            let logits = try #require(json["logits"] as? [Double])
            #expect(
                zip(logits, expected).allSatisfy { abs($0 - $1) < 1e-4 } && logits.count == expected.count)
        }
    }

    @Test func `a question about a compressed file is answered`() throws {
        let text = "Anna Lund works as a baker. Lund was born in 1987. Harbor Works makes boats."
        let context = try folder.write(text, to: "story.txt")
        let question = ["generate", "--context", context, "--question", "When was Lund born?", "--json"]
        let full = try Command.run(question).json()
        let compressed = try Command.run(question + ["--method", "pic", "--ratio", "4"]).json()
        #expect((full["text"] as? String)?.contains("1987") == true)
        #expect(full["keptPositions"] as? Int == full["contextTokens"] as? Int)
        let tokens = try #require(compressed["contextTokens"] as? Int)
        #expect(compressed["keptPositions"] as? Int == (tokens + 3) / 4)
    }

    @Test func `a prompt is shown with the context's place`() throws {
        let question = ["generate", "--question", "Where?", "--show-prompt"]
        #expect(try Command.run(question).output == "<bos>{context}<q> Where?<a>\n")
        let json = try Command.run(question + ["--json"]).json()
        #expect(json["text"] as? String == "<bos>{context}<q> Where?<a>")
        #expect((json["prefix"] as? [Int])?.count == 1 && (json["suffix"] as? [Int] ?? []).count > 3)
    }

    @Test func `text to ids and back`() throws {
        let lines = "Anna Berg works in Oslo.\n\n東京 <q>x\n"
        let there = try Command.run("tokenize", "--json", input: lines)
        let objects = try there.output.split(separator: "\n").map {
            try JSONSerialization.jsonObject(with: Data($0.utf8)) as? [String: Any] ?? [:]
        }
        #expect(objects.count == 3 && (objects[1]["ids"] as? [Int])?.isEmpty == true)
        let ids = objects.map { ($0["ids"] as? [Int] ?? []).map(String.init).joined(separator: " ") }
        let back = try Command.run("tokenize", "--decode", input: ids.joined(separator: "\n") + "\n")
        // Special tokens are left out, as tokenizers does.
        #expect(back.output == " Anna Berg works in Oslo.\n\n 東京  x\n")
    }

    @Test func `scores of files`() throws {
        let predictions = try folder.write("\"the Oslo\"\n{\"prediction\": \"Berg\"}\n", to: "p.jsonl")
        let references = try folder.write(
            "[\"Bergen\", \"Oslo\"]\n{\"references\": [\"Anna Berg\"]}\n", to: "r.jsonl")
        let json = try Command.run(
            "score", "--metrics", "em,f1,rougeL,bleu", "--predictions", predictions, "--references",
            references, "--json"
        ).json()
        let means = json["means"] as? [String: Double] ?? [:]
        #expect(json["count"] as? Int == 2 && means["em"] == 0.5)
        #expect(abs((means["f1"] ?? 0) - (1 + 2.0 / 3) / 2) < 1e-9)
    }
}
