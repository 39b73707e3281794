import Foundation
import GRDB
import TestSupport
import Testing

/// A model in one file goes wherever a folder goes. Tests/References/gguf_files.py makes it: tiny, quantised, with its
/// tokenizer, and weights that say nothing.
struct GGUFModelTests {
    private let file = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
        .appendingPathComponent("Fixtures/tiny.gguf")
    private let folder = temporaryPath("gguf")

    init() throws { try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true) }

    private func run(_ arguments: String...) throws -> Command {
        let command = try Command.run(arguments + ["--model", file.path])
        #expect(command.status == 0, "\(command.error)")
        return command
    }

    @Test func `a grid of all that needs no training runs on it, and goes on where it was`() throws {
        let db = folder.appendingPathComponent("r.sqlite").path
        let arguments = [
            "run", "--methods", "all", "--ratios", "4", "--tasks", "qa", "--dataset",
            "gazette:subjects=1,documents=2",
            "--limit", "4", "--latency-samples", "0", "--db", db, "--model", file.path,
        ]
        let first = try Command.run(arguments)
        #expect(first.status == 0, "\(first.error)")
        for name in ["SnapKV", "LLMLingua", "Mean pooling", "Truncation", "tiny"] {
            #expect(first.output.contains(name), "\(name) in \(first.output)")
        }
        let again = try Command.run(arguments)
        #expect(again.status == 0 && again.output.contains("Truncation"))
    }

    @Test func `single commands open it`() throws {
        #expect(try !run("tokenize", "--json").output.contains("Error"))
        let answer = try run("generate", "--prompt-tokens", "5,9,12", "--max-new-tokens", "3", "--json")
        let fields = try #require(
            JSONSerialization.jsonObject(with: Data(answer.output.utf8)) as? [String: Any])
        #expect((fields["tokens"] as? [Int])?.count == 3)
        #expect(try run("bench", "decode", "--repeats", "1", "--json").output.contains("\"seconds\""))
    }

    @Test func `compressors of it are kept in a folder beside it`() throws {
        let model = folder.appendingPathComponent("mine.gguf")
        try FileManager.default.copyItem(at: file, to: model)
        let recipe = folder.appendingPathComponent("recipe.json")
        let text = #"""
            {"name": "c", "method": "pic", "seed": 3, "levels": [{"steps": 2, "ratios": [4], "subjects": [1]}],
             "contextTokensPerStep": 200, "readBackShare": 0.2, "questions": 4,
             "optimizer": {"muonRate": 0.006, "adamWRate": 0.0015, "clip": 1, "schedule": {"shape": "linear", "warmUp": 1, "decay": 0.5, "floor": 0.02}},
             "evaluation": {"every": 50, "subjects": [1], "documents": 1, "ratios": [4]}, "checkpointEvery": 1000}
            """#
        try Data(text.utf8).write(to: recipe)
        let db = folder.appendingPathComponent("r.sqlite").path
        let trained = try Command.run(
            "train", "compressor", "--method", "pic", "--name", "c", "--recipe", recipe.path, "--model",
            model.path, "--distinct-memories", "--db", db)
        #expect(trained.status == 0, "\(trained.error)")
        let stored = try DatabaseQueue(path: db).read {
            try String.fetchOne($0, sql: "SELECT recipe FROM training")
        }
        #expect(stored?.contains(#""distinctMemories":true"#) == true, "\(stored ?? "")")
        #expect(
            FileManager.default.fileExists(
                atPath: folder.appendingPathComponent("mine/compressors/c/compressor.json").path))
        let run = try Command.run(
            "run", "--methods", "pic", "--ratios", "4", "--tasks", "qa", "--dataset",
            "gazette:subjects=1,documents=1",
            "--limit", "2", "--latency-samples", "0", "--db", db, "--model", model.path)
        #expect(run.status == 0 && run.output.contains("PIC"), "\(run.error)")
    }

    @Test func `another model says how likely a text is, in a vocabulary of its own`() throws {
        let db = folder.appendingPathComponent("r.sqlite").path
        let arguments = [
            "run", "--methods", "selective-context,llmlingua,longllmlingua,random", "--ratios", "4",
            "--tasks", "qa",
            "--dataset", "gazette:subjects=2,documents=2", "--limit", "4", "--latency-samples", "1", "--db",
            db,
        ]
        let own = try Command.run(arguments)
        #expect(own.status == 0 && own.error.contains("6 cells"), "\(own.error)")
        let other = try Command.run(arguments + ["--scorer", file.path])
        // Three of them ask it, and are other cells.
        #expect(other.status == 0 && other.error.contains("6 cells"), "\(other.error)")
        #expect(other.error.contains("3 of them finished before"), "\(other.error)")
        let rows = try Command.run("export", "csv", "--rows", "samples", "--db", db).output
        #expect(rows.split(separator: "\n").count > 4 * 9)
        let refused = try Command.run(arguments + ["--scorer", "nonesuch"])
        #expect(refused.status != 0 && refused.error.contains("there is no model 'nonesuch'"))
    }
}
