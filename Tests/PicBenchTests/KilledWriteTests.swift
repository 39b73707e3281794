import Foundation
import TestSupport
import Testing

/// Processes that are killed while they write: the old is there, or the new, and the next one tidies up.
struct KilledWriteTests {
    private let folder: TemporaryFolder

    init() throws { folder = try TemporaryFolder() }

    /// Runs a command to its end, then kills it at several moments of the time that it took.
    private func kill(_ arguments: [String], times: Int, check: () throws -> Void) throws {
        let begun = ContinuousClock.now
        #expect(try Command.run(arguments).status == 0)
        let whole = begun.duration(to: .now) / .seconds(1)
        for i in 1...times {
            let process = try Command.start(arguments)
            usleep(UInt32(1e6 * whole * Double(i) / Double(times)))
            Foundation.kill(process.processIdentifier, SIGKILL)
            process.waitUntilExit()
            try check()
        }
        #expect(try Command.run(arguments).status == 0)
        try check()
    }

    private func content(_ name: String) -> Data? {
        try? Data(contentsOf: folder.url.appendingPathComponent(name))
    }

    @Test func `an export is whole or the one before`() throws {
        let export = ["export", "csv", "--rows", "samples", "--db", "leaderboard/results.sqlite.gz", "-o"]
        #expect(try Command.run(export + [folder.path("whole.csv")]).status == 0)
        let old = try folder.write("old", to: "samples.csv")
        try kill(export + [old], times: 8) {
            let found = content("samples.csv")
            let isWhole = found == content("whole.csv") || found == Data("old".utf8)
            #expect(isWhole, "\(found?.count ?? 0) bytes")
            _ = try folder.write("old", to: "samples.csv")
        }
        // The last one was not killed: nothing of the others is left.
        let files = try FileManager.default.contentsOfDirectory(atPath: folder.url.path).sorted()
        #expect(files == ["samples.csv", "whole.csv"])
    }

    @Test func `a site is the new one or the one before`() throws {
        let site = folder.url.appendingPathComponent("site")
        let export = [
            "export", "html", "--db", "leaderboard/results.sqlite.gz", "-o", site.path, "--samples",
        ]
        #expect(try Command.run(export + ["1"]).status == 0)
        func pages() throws -> [String: Data] {
            var pages: [String: Data] = [:]
            for name in try FileManager.default.subpathsOfDirectory(atPath: site.path)
            where name.contains(".html") && !name.hasPrefix(".") {
                pages[name] = try Data(contentsOf: site.appendingPathComponent(name))
            }
            return pages
        }
        let one = try pages()
        #expect(try Command.run(export + ["60"]).status == 0)
        let two = try pages()
        #expect(one.count > 20 && two.count > one.count)
        try kill(export + ["1"], times: 4) {
            // One that was killed while files were moved has the rest beside them, for the next one.
            let isPending = FileManager.default.fileExists(
                atPath: site.appendingPathComponent(".picbench-whole").path)
            let now = try pages()
            let isSound = isPending || now == one || now == two
            #expect(isSound)
            #expect(try Command.run(export + ["60"]).status == 0)
            let isTidy = try pages() == two
            #expect(isTidy)
        }
        let hidden = try FileManager.default.contentsOfDirectory(atPath: site.path).filter {
            $0.hasPrefix(".")
        }
        #expect(hidden.isEmpty, "\(hidden)")
    }

    @Test func `a training that was killed goes on, and logs each step once`() throws {
        let recipe = try folder.write(
            #"""
            {"name": "tiny", "seed": 3, "vocabularySize": 300,
             "model": {"hiddenSize": 32, "intermediateSize": 48, "layers": 3, "heads": 4},
             "levels": [{"steps": 200, "subjects": [1], "drills": 0.5}],
             "tokensPerStep": 300, "readBackShare": 0.3, "documentWeight": 0.6, "questions": 4,
             "optimizer": {"muonRate": 0.006, "adamWRate": 0.0015, "clip": 1,
               "schedule": {"shape": "linear", "warmUp": 5, "decay": 0.4, "floor": 0.02}},
             "evaluation": {"every": 100, "subjects": [1], "documents": 2}, "checkpointEvery": 50}
            """#, to: "recipe.json")
        func arguments(_ name: String) -> [String] {
            ["train", "base", recipe, "--output", folder.path(name), "--db", folder.path("r.sqlite")]
        }
        /// Without the seconds.
        func lines(_ name: String) -> [String] {
            String(decoding: content("\(name)/training.log") ?? Data(), as: UTF8.self)
                .split(separator: "\n").map { String($0).replacing(/\ [\d.]+ s\ /, with: "") }
        }
        func result(_ name: String) -> [Data?] {
            ["config.json", "model.safetensors", "tokenizer.json"].map { content("\(name)/\($0)") }
        }
        #expect(try Command.run(arguments("whole")).status == 0)
        let whole = lines("whole")
        #expect(whole.count == 10 && whole.last?.hasPrefix("step 200/200") == true, "\(whole)")

        // Of a training before.
        try FileManager.default.createDirectory(
            atPath: folder.path("killed"), withIntermediateDirectories: true)
        _ = try folder.write("step 25/9000  another one\n", to: "killed/training.log")
        for step in [25, 75, 175] {
            let process = try Command.start(arguments("killed"))
            let deadline = Date().addingTimeInterval(60)
            while Date() < deadline, process.isRunning,
                !lines("killed").contains(where: { $0.hasPrefix("step \(step)/200") })
            {
                usleep(1000)
            }
            Foundation.kill(process.processIdentifier, SIGKILL)
            process.waitUntilExit()
        }
        #expect(try Command.run(arguments("killed")).status == 0)
        #expect(lines("killed") == whole)
        let isSame = result("killed") == result("whole") && result("whole").allSatisfy { $0 != nil }
        #expect(isSame)
        let files = try FileManager.default.contentsOfDirectory(atPath: folder.path("killed")).sorted()
        #expect(files == ["config.json", "model.safetensors", "tokenizer.json", "training.log"])
        // Trained again, it is logged anew.
        #expect(try Command.run(arguments("killed")).status == 0)
        #expect(lines("killed") == whole)
    }
}
