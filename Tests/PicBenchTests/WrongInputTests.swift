import Foundation
import GRDB
import Results
import TestSupport
import Testing

/// One clear line, a status that is not zero, never a trap.
struct WrongInputTests {
    private let folder: TemporaryFolder
    private static let run = ["run", "--methods", "truncation", "--ratios", "4"]

    private static let data =
        Command.repository.appendingPathComponent("Tests/DatasetsTests/Fixtures").path + "/"

    init() throws { folder = try TemporaryFolder() }

    @Test(arguments: [
        (
            ["run", "--methods", "pix", "--ratios", "4"],
            "unknown method 'pix' (did you mean pic?); known: 500xcompressor,"
        ),
        (["run", "--methods", "truncate", "--ratios", "4"], "'truncate' (did you mean truncation?)"),
        (["run", "--methods", "PIC", "--ratios", "4"], "'PIC' (did you mean pic?)"),
        (["run", "--methods", "bm52+pic", "--ratios", "4"], "'bm52' (did you mean bm25?)"),
        (["run", "--methods", "zzzzzz", "--ratios", "4"], "'zzzzzz'; known"),
        (["rnu"], "'rnu' (did you mean run?)"),
        (["list", "method"], "'method' (did you mean methods?); known: methods,"),
        (
            ["run", "--method", "pic", "--ratios", "4"],
            "Unknown option '--method' (did you mean --methods?); see"
        ),
        (
            run + ["--dataset", "sqaud=dev.json"],
            "'sqaud=dev.json' is no file and begins with no data format (did you mean squad?)"
        ),
        (run + ["--tasks", "QA"], "unknown task 'QA' (did you mean qa?)"),
        (run + ["--tasks", "q"], "unknown task 'q' (did you mean qa?)"),
        (run + ["--tasks", "chess"], "unknown task 'chess'; known: "),
        (["run", "--methods", "truncation", "--ratios", "4,0"], "'0' is not a compression ratio"),
        (["run", "--methods", "truncation", "--ratios", "-4"], "'-4' is not a compression ratio"),
        (run + ["--tasks", "qa", "--metric", "exact"], "no task here has the metric 'exact'; known: em, f1"),
        (["compare", "pic", "none"], "none is a reference"),
        (["run", "--methods", "truncation", "--ratios", ""], "'' is not a compression ratio"),
        (["run", "--methods", "truncation", "--ratios", "four"], "'four' is not a compression ratio"),
        (["run", "--methods", "truncation:keep=middle", "--ratios", "4"], "cannot take keep=middle"),
        (["run", "--methods", "truncation:size=3", "--ratios", "4"], "keep=head"),
        (
            ["run", "--methods", "truncation:kep=tail", "--ratios", "4"],
            "truncation has no parameter kep (did you mean keep?); its parameters"
        ),
        (
            ["run", "--methods", "knorm:size=3", "--ratios", "4"],
            "knorm has no parameter size; its parameters with their defaults: none"
        ),
        (["run", "--methods", "pic", "--ratios", "1000"], "needs a trained compressor for 1000x"),
        (run + ["--model", "nowhere"], "there is no model 'nowhere'"),
        (run + ["--model", "gazete-1m"], "there is no model 'gazete-1m' (did you mean gazette-1m?)"),
        (run + ["--model", "gazete"], "there is no model 'gazete' (did you mean gazette-1m?)"),
        (run + ["--model", "org/some-model"], "hf download org/some-model --local-dir some-model"),
        (run + ["--name", " "], "--name is a name of 1 to 80 characters"),
        (run + ["--dataset", "books"], "'books' is no file and begins with no data format; known: coqa"),
        (run + ["--dataset", "squad=/none.json"], "/none.json"),
        (run + ["--dataset", data + "squad.json"], "squad.json looks like SQuAD: squad=\(data)squad.json"),
        (run + ["--dataset", data + "texts"], "texts looks like plain text: text=\(data)texts"),
        (
            run + ["--dataset", "Models/gazette-1m/model.safetensors"],
            "model.safetensors is neither text in UTF-8 nor gzip"
        ),
        (
            run + ["--dataset", "squad=Models/gazette-1m/model.safetensors"],
            "is neither text in UTF-8 nor gzip"
        ),
        (run + ["--dataset", data], "looks like no data format; known: coqa"),
        (run + ["--dataset", "Models/gazette-1m/recipe.json"], "recipe.json looks like no data format"),
        (run + ["--dataset", "jsonl=" + data + "squad.json"], "looks like SQuAD: squad="),
        (run + ["--dataset", "squad=" + data + "gsm8k.jsonl"], "looks like GSM8K: gsm8k="),
        (run + ["--dataset", "quac=" + data + "squad.json"], "(as quac: "),
        (run + ["--dataset", "csv=" + data + "own.csv", "--fields", "context"], "--fields says NAME=COLUMN"),
        (
            run + ["--dataset", "csv=" + data + "own.csv", "--fields", "context=c"],
            "has no 'c', which --fields names"
        ),
        (
            run + ["--dataset", "jsonl=" + data + "questions.jsonl"],
            "has no context; its members are answers, document"
        ),
        (run + ["--fields", "context=c"], "gazette cannot take '--fields context=c'; expected no fields"),
        (
            run + ["--questions", "q.jsonl"],
            "gazette cannot take '--questions q.jsonl'; expected no questions"
        ),
        (run + ["--dataset", "gazette:subjects=900"], "cannot take 'subjects=900'; expected 1 to 24"),
        (run + ["--dataset", "gazette:split=all"], "split=train, validation or test"),
        (run + ["--compressors", "/none"], "/none holds no compressors"),
        (run + ["--controls", "--dataset", "gazette:documents=1"], "needs at least 2 documents"),
        (run + ["--threads", "0"], "--threads must be 1 to 1024, not 0"),
        (run + ["--attention-samples=-1"], "--attention-samples must be 0 to"),
        (run + ["--limit=-1"], "--limit must be 0 to 1000000000, not -1"),
        (run + ["--shots", "9223372036854775807"], "--shots must be 0 to 1000, not 9223372036854775807"),
        (run + ["--shots-in-context", "9223372036854775807"], "--shots-in-context must be 1 to"),
        (run + ["--documents", "0"], "--documents must be 1 to"),
        (run + ["--context-words", "0"], "--context-words must be 1 to"),
        (run + ["--latency-samples=-1"], "--latency-samples must be 0 to"),
        (run + ["--seeds", "x"], "'x' is not a seed"),
        (run + ["--db", "/proc/none/results.sqlite"], "/proc/none/results.sqlite"),
        (["export", "markdown", "--db", "/none/results.sqlite"], "there are no results at"),
        (
            ["export", "html", "-o", "/none", "--beside", "Real=/real"],
            "--beside 'Real=/real' is no NAME=PATH with a path relative to this site's folder"
        ),
        (["generate", "--prompt", "a", "--question", "b"], "exactly one of"),
        (run + ["--chat-template", "alpaca"], "unknown chat template 'alpaca'; known: none, llama-2"),
        (["generate", "--question", "b", "--chat-template", "chatml"], "needs the token '<|im_end|>'"),
        (["generate", "--prompt-tokens", "1,99999"], "'99999' is not a token id"),
        (["generate", "--prompt", "a", "--context", "/none.txt"], "/none.txt"),
        (
            ["train", "compressor", "--method", "truncation"],
            "has nothing to train; trainable: 500xcompressor"
        ),
        (["train", "base", "/none.json"], "/none.json"),
        (["train", "compressor", "--method", "pic", "--rate-factor", "0"], "--rate-factor must be above 0"),
        (["train", "compressor", "--method", "pic", "--lora-rank", "0"], "--lora-rank must be 1 to 65536"),
        (
            ["score", "--metrics", "accuracy", "--predictions", "x", "--references", "y"],
            "unknown metric 'accuracy'"
        ),
        (["score", "--metrics", "em", "--predictions", "/none", "--references", "/none"], "/none"),
        (["bench", "decode", "--context", "0"], "--context must be 1 to"),
        (["bench", "train", "--method", "random"], "has nothing to train; trainable: 500xcompressor"),
        (["bench", "store", "--repeats", "0"], "--repeats must be 1 to"),
        (["tokenize", "--model", "nowhere"], "there is no model"),
    ])
    func `an argument that cannot be`(_ arguments: [String], _ part: String) throws {
        let db = arguments.contains("--db") || arguments[0] != "run" ? [] : ["--db", folder.path("r.sqlite")]
        try expectRefusal(arguments + db, part)
    }

    @Test func `a truncated checkpoint, another tokenizer`() throws {
        let model = folder.url.appendingPathComponent("model")
        try FileManager.default.copyItem(
            at: Command.repository.appendingPathComponent("Models/gazette-1m"), to: model)
        let weights = model.appendingPathComponent("model.safetensors")
        let data = try Data(contentsOf: weights)
        try data.prefix(data.count / 2).write(to: weights)
        let arguments = Self.run + ["--model", model.path, "--db", folder.path("r.sqlite")]
        try expectRefusal(arguments, "model.safetensors is not a sound safetensors file")
        #expect(!FileManager.default.fileExists(atPath: folder.path("r.sqlite")))
        try data.write(to: weights)
        try Data("{}".utf8).write(to: model.appendingPathComponent("tokenizer.json"))
        try expectRefusal(arguments, "tokenizer.json")
    }

    @Test func `weights in one file and in shards`() throws {
        let model = folder.url.appendingPathComponent("model")
        try FileManager.default.copyItem(
            at: Command.repository.appendingPathComponent("Models/gazette-1m"), to: model)
        try Data(#"{"weight_map": {"model.norm.weight": "model-00001-of-00001.safetensors"}}"#.utf8)
            .write(to: model.appendingPathComponent("model.safetensors.index.json"))
        let command = try Command.run(
            "generate", "--model", model.path, "--prompt-tokens", "1,2", "--max-new-tokens", "1")
        #expect(command.status == 0)
        let lines = command.error.split(separator: "\n").filter { $0.contains("model.safetensors is read") }
        #expect(lines.count == 1, "\(command.error)")
    }

    @Test func `a malformed dataset row`() throws {
        let file = try folder.write(
            #"{"data":[{"paragraphs":[{"context":"c","qas":[{"id":"1","question":3,"answers":[]}]}]}]}"#,
            to: "d.json")
        try expectRefusal(
            Self.run + ["--dataset", "squad=\(file)", "--db", folder.path("r.sqlite")],
            "1 of 2 records cannot be used, the first: data[0].paragraphs[0].qas[0].question is 3, expected a text"
        )
    }

    @Test func `a results file that cannot be used stays as it is`() throws {
        let db = folder.path("r.sqlite")
        _ = try ResultStore(path: db)
        try DatabaseQueue(path: db).write {
            try $0.execute(sql: "INSERT INTO grdb_migrations VALUES ('9 more')")
        }
        let before = try Data(contentsOf: URL(fileURLWithPath: db))
        try expectRefusal(Self.run + ["--db", db], "written by a newer picbench")
        #expect(try Data(contentsOf: URL(fileURLWithPath: db)) == before)

        let other = try folder.write("no database, but a text that someone still needs", to: "notes.txt")
        try expectRefusal(Self.run + ["--db", other], "notes.txt")
        #expect(try String(contentsOfFile: other, encoding: .utf8).hasPrefix("no database"))
    }

    @Test(.enabled(if: geteuid() != 0, "root may write everywhere"))
    func `a results file without write permission`() throws {
        let db = folder.path("r.sqlite")
        _ = try ResultStore(path: db)
        try FileManager.default.setAttributes([.posixPermissions: 0o444], ofItemAtPath: db)
        try expectRefusal(Self.run + ["--db", db], "cannot be written")
    }

    @Test func `a full disk stops the run and keeps what is stored`() throws {
        let db = folder.path("r.sqlite")
        _ = try ResultStore(path: db)
        // The file may not grow: what SQLite reports is what a full disk gives.
        let process = Process()
        process.executableURL = URL(fileURLWithPath: "/bin/sh")
        process.arguments =
            [
                "-c", "ulimit -f 600; exec \"$0\" \"$@\"", Command.executable.path,
            ] + Self.run + ["--db", db]
        process.currentDirectoryURL = Command.repository
        let pipe = Pipe()
        process.standardOutput = FileHandle.nullDevice
        process.standardError = pipe
        try process.run()
        let text = String(decoding: pipe.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
        process.waitUntilExit()
        #expect(process.terminationReason == .exit && process.terminationStatus == 1, "\(text)")
        #expect(text.contains("Error: \(db): the disk"), "\(text)")
        let queue = try DatabaseQueue(path: db)
        #expect(try queue.read { try String.fetchOne($0, sql: "PRAGMA integrity_check") } == "ok")
        #expect(try queue.read { try Int.fetchOne($0, sql: "SELECT count(*) FROM sample") ?? 0 } > 0)
    }

    @Test func `predictions and references that do not fit`() throws {
        let one = try folder.write("\"a\"\n", to: "one.jsonl")
        let two = try folder.write("\"a\"\n\"b\"\n", to: "two.jsonl")
        let bad = try folder.write("\"a\"\n{\"text\": 3}\n", to: "bad.jsonl")
        func score(_ predictions: String, _ references: String) -> [String] {
            ["score", "--metrics", "em", "--predictions", predictions, "--references", references]
        }
        try expectRefusal(score(one, two), "has 1 lines", "has 2")
        try expectRefusal(score(bad, two), "bad.jsonl, line 2")
    }

    @Test func `text in another encoding is told by its place`() throws {
        let path = folder.path("latin-1.txt")
        try Data("A ca".utf8 + [0xe9] + "e.\n".utf8).write(to: URL(fileURLWithPath: path))
        try expectRefusal(
            Self.run + ["--tasks", "continuation", "--dataset", "text=" + path],
            "latin-1.txt holds bytes that are not UTF-8")
    }

    @Test func `token ids that are none`() throws {
        try expectRefusal(["tokenize", "--decode"], "line 2: 'x' is not a token id", input: "1 2\n3 x\n")
    }
}
