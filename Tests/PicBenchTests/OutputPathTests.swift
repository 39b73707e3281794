import Foundation
import GRDB
import TestSupport
import Testing

/// Paths that are written to: an input in an output's place, what is no file, a folder that is not there.
struct OutputPathTests {
    private let folder: TemporaryFolder
    private let db: String

    init() throws {
        folder = try TemporaryFolder()
        db = folder.path("r.sqlite")
        try FileManager.default.copyItem(
            at: Command.repository.appendingPathComponent("leaderboard/results.sqlite.gz"),
            to: URL(fileURLWithPath: db))
        try FileManager.default.linkItem(atPath: db, toPath: folder.path("hard"))
        try FileManager.default.createSymbolicLink(
            atPath: folder.path("soft"), withDestinationPath: "r.sqlite")
    }

    /// Refuses, and leaves a file as it is.
    private func expectUntouched(_ path: String, _ arguments: [String], _ part: String) throws {
        let before = try Data(contentsOf: URL(fileURLWithPath: path))
        try expectRefusal(arguments, part)
        let isSame = try Data(contentsOf: URL(fileURLWithPath: path)) == before
        #expect(isSame, "\(arguments)")
    }

    @Test func `an export does not replace the results file`() throws {
        for format in ["csv", "json", "markdown", "latex"] {
            for name in ["r.sqlite", "hard", "soft", "./r.sqlite", "r.sqlite-journal"] {
                let arguments = ["export", format, "--db", folder.path("soft"), "-o", folder.path(name)]
                try expectUntouched(db, arguments, "would destroy what is read")
            }
        }
        #expect(!FileManager.default.fileExists(atPath: db + "-journal"))
        try expectUntouched(db, ["export", "html", "--db", db, "-o", db], "is a regular file, not a folder")
    }

    @Test func `an export does not replace other results`() throws {
        let other = folder.path("other.sqlite")
        try DatabaseQueue(path: other).write { try $0.execute(sql: "CREATE TABLE x (y)") }
        let packed = folder.path("packed.gz")
        try FileManager.default.copyItem(atPath: db, toPath: packed)
        for format in ["csv", "json", "markdown", "latex"] {
            for path in [other, packed] {
                try expectUntouched(
                    path, ["export", format, "--db", db, "-o", path], "was written by something else")
            }
        }
    }

    @Test func `a merge does not write to what it reads`() throws {
        for name in ["r.sqlite", "hard", "soft"] {
            try expectUntouched(db, ["merge", db, "-o", folder.path(name)], "would destroy what is read")
        }
    }

    @Test func `a training does not replace its recipe, its model or its results file`() throws {
        let models = Command.repository.appendingPathComponent("Models/gazette-1m")
        let recipe = folder.path("config.json")
        try FileManager.default.copyItem(
            at: models.appendingPathComponent("recipe.json"), to: URL(fileURLWithPath: recipe))
        try expectUntouched(recipe, ["train", "base", recipe, "--db", db], "would destroy what is read")

        let model = folder.url.appendingPathComponent("model")
        try FileManager.default.copyItem(at: models, to: model)
        let train = ["train", "compressor", "--method", "pic", "--model", model.path, "--db"]
        let log = model.appendingPathComponent("training.log").path
        try expectUntouched(log, train + [db, "--output", model.path], "would destroy what is read")
        let own = model.appendingPathComponent("recipes/compressor.json").path
        let recipes = model.appendingPathComponent("recipes").path
        try expectUntouched(own, train + [db, "--output", recipes], "would destroy what is read")
        try expectRefusal(
            train + [folder.path("c/training.log"), "--output", folder.path("c")],
            "would destroy what is read")
        for name in ["", "../pic", "a/b", ".hidden"] {
            try expectRefusal(train + [db, "--name", name], "cannot be a compressor's name")
        }
    }

    @Test func `an import does not replace what it reads`() throws {
        let file = try folder.write("weights", to: "memory.safetensors")
        let arguments = ["import", "icae", file, "--model", "gazette-1m", "-o", folder.url.path]
        try expectUntouched(file, arguments, "would destroy what is read")
    }

    @Test(arguments: ["", ":memory:"])
    func `a results file that keeps nothing is refused`(_ path: String) throws {
        for command in [["run", "--methods", "truncation", "--ratios", "4"], ["list", "cells"]] {
            try expectRefusal(command + ["--db", path], "'\(path)' is ")
        }
    }

    @Test func `no folders are made for a results file`() throws {
        let file = folder.path("new/dir/r.sqlite")
        for command in [
            ["run", "--methods", "truncation", "--ratios", "4", "--db", file], ["merge", db, "-o", file],
        ] {
            try expectRefusal(command, "make it with 'mkdir -p \(folder.path("new/dir"))'")
        }
        #expect(!FileManager.default.fileExists(atPath: folder.path("new")))
    }

    @Test func `what is no regular file is refused, not waited for`() throws {
        let fifo = folder.path("fifo")
        #expect(mkfifo(fifo, 0o666) == 0)
        let run = ["run", "--methods", "truncation", "--ratios", "4", "--db"]
        for arguments in [
            run + [fifo], run + [folder.path("new.sqlite"), "--dataset", "squad=\(fifo)"],
            run + [folder.path("new.sqlite"), "--prompt-words", fifo],
            ["export", "html", "--db", db, "-o", fifo],
            ["export", "csv", "--db", fifo], ["merge", fifo, "-o", folder.path("new.sqlite")],
            ["merge", db, "-o", fifo], ["train", "base", fifo],
            ["train", "compressor", "--method", "pic", "--recipe", fifo],
            ["import", "icae", fifo, "--model", "gazette-1m", "-o", folder.path("c")],
            ["generate", "--prompt", "x", "--context", fifo],
            ["score", "--metrics", "em", "--predictions", fifo, "--references", fifo],
            ["bench", "tokenize", "--text", fifo],
        ] {
            try expectRefusal(arguments, "\(fifo) is a FIFO, not ")
        }
        try expectRefusal(["export", "csv", "--db", db, "-o", folder.url.path], "is a folder")
        try expectRefusal(["generate", "--prompt", "x", "--context", folder.url.path], "is a folder")
    }

    @Test func `an export is written into pipes and devices`() throws {
        let export = ["export", "csv", "--db", db]
        let whole = try Command.run(export).output
        #expect(whole.hasPrefix("model,"), "\(whole.prefix(40))")
        let fifo = folder.path("fifo")
        #expect(mkfifo(fifo, 0o666) == 0)
        for script in [
            #""$0" "$@" /dev/stdout | cat"#, #""$0" "$@" /dev/stdout"#, #""$0" "$@" /dev/fd/3 3>&1 | cat"#,
            #"{ "$0" "$@" /dev/stdout >> FILE; cat FILE; }"#,
            #"cat FIFO & exec 3> FIFO; "$0" "$@" FIFO 3>&-; exec 3>&-; wait"#,
        ] {
            let named = script.replacing("FILE", with: folder.path("\(UUID()).csv")).replacing(
                "FIFO", with: fifo)
            let command = try Command.shell(named, export + ["-o"])
            let isWhole = command.output == whole
            #expect(isWhole, "\(script): \(command.error)\(command.output.prefix(100))")
        }
        let appended = folder.path("appended.csv")
        try Data("kept\n".utf8).write(to: URL(fileURLWithPath: appended))
        _ = try Command.shell(#""$0" "$@" /dev/stdout >> \#(appended)"#, export + ["-o"])
        let isAppended = try String(contentsOfFile: appended, encoding: .utf8) == "kept\n" + whole
        #expect(isAppended)
        #expect(try Command.run(export + ["-o", "/dev/null"]).status == 0)
        try expectRefusal(export + ["-o", "/dev/full"], "cannot write /dev/full: No space left on device")
        try expectRefusal(export + ["-o", fifo], "cannot write \(fifo): nobody reads from it")
    }

    /// Every file of a model's folder, and of an adapter's.
    @Test func `a FIFO among a model's files is refused, not waited for`() throws {
        let model = folder.url.appendingPathComponent("model")
        let models = Command.repository.appendingPathComponent("Models/gazette-1m")
        for name in [
            "config.json", "generation_config.json", "model.safetensors", "tokenizer.json",
            "tokenizer_config.json", "chat_template.jinja", "added_tokens.json",
        ] {
            try? FileManager.default.removeItem(at: model)
            try FileManager.default.copyItem(at: models, to: model)
            let file = model.appendingPathComponent(name)
            try? FileManager.default.removeItem(at: file)
            #expect(mkfifo(file.path, 0o666) == 0)
            try expectRefusal(["generate", "--prompt", "x", "--model", model.path], "\(name) is a FIFO")
        }
    }

    @Test func `an empty path is not the working folder`() throws {
        for arguments in [
            ["export", "csv", "--db", db, "-o", ""], ["export", "html", "--db", db, "-o", ""],
            ["merge", db, "-o", ""], ["merge", "", "-o", folder.path("new.sqlite")],
            ["train", "base", ""], ["train", "compressor", "--method", "pic", "--output", ""],
            ["train", "compressor", "--method", "pic", "--recipe", ""],
            ["import", "icae", "", "--model", "gazette-1m"], ["generate", "--prompt", "x", "--context", ""],
            ["generate", "--prompt", "x", "--adapter", ""], ["generate", "--prompt", "x", "--model", ""],
            ["score", "--metrics", "em", "--predictions", "", "--references", ""],
            ["tokenize", "--model", ""], ["bench", "tokenize", "--text", ""],
        ] {
            try expectRefusal(arguments, "''")
        }
    }
}
