import Foundation
import GRDB
import Results
import TestSupport
import Testing

@Suite(.serialized)
struct RunTests {
    private let folder: TemporaryFolder
    private var db: String { folder.path("results.sqlite") }

    init() throws { folder = try TemporaryFolder() }
    private func grid(_ more: String...) -> [String] { grid(in: db) + more }

    private func grid(in file: String) -> [String] {
        [
            "run", "--methods", "pic,truncation", "--ratios", "4,16", "--dataset",
            "gazette:subjects=4,documents=20",
            "--limit", "40", "--latency-samples", "2", "--db", file,
        ]
    }

    private func count(_ sql: String) throws -> Int {
        try DatabaseQueue(path: db).read { try Int.fetchOne($0, sql: sql) ?? -1 }
    }

    @Test func `a grid is stored, exported, skipped the second time and redone by force`() throws {
        let first = try Command.run(grid())
        #expect(first.status == 0, "\(first.error)")
        for part in [
            "Question answering", "PIC", "Truncation", "Full context", "No context", "4x", "16x",
            "share of the way",
        ] {
            #expect(first.output.contains(part), "\(part)")
        }
        // Two references and two methods at two ratios on three tasks.
        #expect(try count("SELECT count(*) FROM cell WHERE state = 'done'") == 18)
        #expect(try count("SELECT count(*) FROM sample") == 6 * (40 + 20 + 20))
        #expect(try count("SELECT count(*) FROM latency") == 18 * 2)
        // Memory tokens look the same way for every task, and truncation has none.
        #expect(
            try count(
                """
                SELECT count(DISTINCT cellID) FROM memoryAttention JOIN cell ON cell.id = cellID
                WHERE methodID = 'pic' AND taskID = 'qa'
                """) == 2)
        #expect(try count("SELECT count(DISTINCT cellID) FROM memoryAttention") == 2)

        let second = try Command.run(grid())
        #expect(second.status == 0 && second.error.contains("18 of them finished before"))
        #expect(second.output == first.output)
        #expect(try count("SELECT count(DISTINCT runID) FROM sample") == 1)

        let more = try Command.run(grid("--tasks", "qa", "--force"))
        #expect(more.status == 0)
        #expect(try count("SELECT count(*) FROM sample WHERE runID = 3") == 6 * 40)
        #expect(try count("SELECT count(*) FROM sample") == 6 * (40 + 20 + 20))

        let markdown = try Command.run("export", "markdown", "--db", db)
        #expect(markdown.status == 0 && markdown.output.contains("| PIC | soft prompt, trained |"))
        let json = try Command.run("export", "json", "--db", db).json()
        #expect((json["sections"] as? [Any])?.count == 3)
        let samples = try Command.run("export", "csv", "--rows", "samples", "--db", db)
        #expect(samples.output.hasPrefix("cell,model,dataset,task"))
        let file = folder.path("out/board.md")
        #expect(try Command.run("export", "markdown", "--db", db, "-o", file).status == 0)
        #expect(try String(contentsOfFile: file, encoding: .utf8) == markdown.output)
        let runs = try Command.run("list", "runs", "--db", db, "--json")
        #expect(try (JSONSerialization.jsonObject(with: Data(runs.output.utf8)) as? [Any])?.count == 3)
    }

    @Test(arguments: [SIGKILL, SIGINT])
    func `what was scored before the process ended is kept and not scored again`(_ signal: Int32) throws {
        let process = try Command.start(grid())
        defer { if process.isRunning { kill(process.processIdentifier, SIGKILL) } }
        // Ends it in the middle: some cells are stored, not all.
        let deadline = Date().addingTimeInterval(120)
        while Date() < deadline, process.isRunning {
            if FileManager.default.fileExists(atPath: db),
                let samples = try? count("SELECT count(*) FROM sample"), samples > 100
            {
                break
            }
            usleep(5_000)
        }
        kill(process.processIdentifier, signal)
        process.waitUntilExit()
        #expect(
            signal == SIGINT ? process.terminationStatus == 130 : process.terminationReason == .uncaughtSignal
        )
        let before = try count("SELECT count(*) FROM sample")
        #expect(before > 0 && before < 480)
        #expect(
            try DatabaseQueue(path: db).read { try String.fetchOne($0, sql: "PRAGMA integrity_check") }
                == "ok")

        let again = try Command.run(grid())
        #expect(again.status == 0, "\(again.error)")
        #expect(try count("SELECT count(*) FROM sample") == 480)
        #expect(try count("SELECT count(*) FROM sample WHERE runID = 1") == before)
        #expect(try count("SELECT count(*) FROM cell WHERE state = 'done'") == 18)
        #expect(
            try DatabaseQueue(path: db).read { try String.fetchOne($0, sql: "PRAGMA integrity_check") }
                == "ok")
    }

    @Test func `three processes share a grid, and two finish it when one is killed`() throws {
        let alone = folder.path("alone.sqlite")
        #expect(try Command.run(grid(in: alone)).status == 0)
        let processes = try (0..<3).map { _ in try Command.start(grid("--threads", "1")) }
        defer {
            for process in processes where process.isRunning { kill(process.processIdentifier, SIGKILL) }
        }
        // One that holds cells, some of which are scored in part.
        let deadline = Date().addingTimeInterval(120)
        var killed: Process?
        while Date() < deadline, killed == nil, processes.allSatisfy(\.isRunning) {
            usleep(2_000)
            let held = try? DatabaseQueue(path: db).read {
                try Int32.fetchOne(
                    $0,
                    sql: """
                        SELECT processID FROM worker JOIN claim USING (runID) JOIN sample USING (cellID)
                        WHERE (SELECT count(DISTINCT runID) FROM claim) > 1
                        """)
            }
            killed = processes.first { $0.processIdentifier == held }
        }
        let victim = try #require(killed)
        kill(victim.processIdentifier, SIGKILL)
        for process in processes { process.waitUntilExit() }
        #expect(victim.terminationReason == .uncaughtSignal)
        #expect(
            processes.filter { $0.processIdentifier != victim.processIdentifier }.allSatisfy {
                $0.terminationStatus == 0
            })
        // None lost, none twice, and each what one process alone makes of it.
        #expect(try count("SELECT count(*) FROM sample") == 480)
        #expect(try count("SELECT count(*) FROM cell WHERE state = 'done'") == 18)
        #expect(try count("SELECT count(*) FROM latency") == 18 * 2)
        #expect(try count("SELECT count(*) FROM claim") == 0)
        #expect(try count("SELECT count(DISTINCT runID) FROM sample") > 1)
        let (one, three) = (
            try Command.run("export", "csv", "--rows", "samples", "--db", alone),
            try Command.run("export", "csv", "--rows", "samples", "--db", db)
        )
        func lines(_ text: String) -> [Substring] {
            // Without the cell's number, which follows the order in which cells were made.
            text.split(separator: "\n").map { $0.drop { $0 != "," } }.sorted()
        }
        #expect(one.status == 0 && three.status == 0, "\(three.error)")
        let isSame = lines(one.output) == lines(three.output)
        #expect(isSame)
    }

    @Test func `a damaged file is named, shown as far as it verifies, and saved by a merge`() throws {
        #expect(try Command.run(grid()).status == 0)
        let whole = try Command.run("export", "csv", "--db", db).output
        try DatabaseQueue(path: db).write {
            try $0.execute(sql: "UPDATE sample SET prediction = 'x' WHERE id = (SELECT max(id) FROM sample)")
        }
        let cell = try count("SELECT cellID FROM sample ORDER BY id DESC LIMIT 1")
        for command in [["export", "csv"], ["export", "markdown"], ["export", "json"], ["run"]] {
            let shown = try Command.run(command == ["run"] ? grid() : command + ["--db", db])
            #expect(shown.status == 1 && !shown.output.isEmpty, "\(command)")
            #expect(
                shown.error.contains("Error: \(db): left out as doubtful: cell \(cell) ("), "\(shown.error)")
        }
        let rest = try Command.run("export", "csv", "--db", db).output
        #expect(rest.split(separator: "\n").count == whole.split(separator: "\n").count - 1)
        let example = try Command.run("show", "sample", "--cell", "\(cell)", "--db", db).output
            .split(separator: "\n")[1].prefix { $0 != " " }
        let sample = try Command.run(
            "show", "sample", "--cell", "\(cell)", "--example", "\(example)", "--db", db)
        #expect(sample.status == 1 && sample.output.contains("output: ") && sample.error.contains("doubtful"))
        let saved = folder.path("saved.sqlite")
        let merge = try Command.run("merge", db, "-o", saved)
        #expect(merge.status == 1 && merge.output.contains("left out: cell \(cell) ("), "\(merge.output)")
        let again = try Command.run(grid(in: saved))
        #expect(again.status == 0 && again.error.contains("17 of them finished before"), "\(again.error)")
        // A page that is lost stops a run that would write to the file.
        var data = try Data(contentsOf: URL(fileURLWithPath: saved))
        let last = data.count - 4096
        data.replaceSubrange(last..<data.count, with: Data(repeating: 7, count: 4096))
        try data.write(to: URL(fileURLWithPath: saved))
        let stopped = try Command.run(grid(in: saved) + ["--force"])
        #expect(stopped.status == 1 && stopped.error.contains("\(saved): it is damaged"), "\(stopped.error)")
    }

    @Test func `the number of threads changes no output and no score`() throws {
        func rows(threads: Int) throws -> [String] {
            let db = folder.path("\(threads).sqlite")
            let run = try Command.run(
                "run", "--methods", "pic,icae,truncation", "--ratios", "4,16", "--limit", "24",
                "--threads", "\(threads)", "--db", db)
            #expect(run.status == 0, "\(run.error)")
            return try DatabaseQueue(path: db).read {
                try String.fetchAll(
                    $0,
                    sql: """
                        SELECT methodID || ratio || taskID || exampleID || prediction || keptPositions
                            || metric || value
                        FROM cell JOIN sample ON cellID = cell.id JOIN sampleMetric ON sampleID = sample.id
                        ORDER BY methodID, ratio, taskID, exampleID, metric
                        """)
            }
        }
        let alone = try rows(threads: 1)
        #expect(alone.count > 8 * 24 * 3)
        #expect(try rows(threads: 5) == alone)
    }

    @Test func `what was left out of the data, or renamed in it, is told`() throws {
        let lines = try folder.write(
            #"{"context":"Anna Berg lives in Oslo.","question":"Where?","answers":["Oslo"],"id":"a"}"#
                + "\n{\"context\":7}\n"
                + #"{"context":"Erik Dahl lives in Bergen.","question":"Where?","answers":["Bergen"],"id":"a"}"#,
            to: "own.jsonl")
        let arguments = [
            "run", "--methods", "truncation", "--ratios", "2", "--tasks", "qa", "--dataset", "jsonl=\(lines)",
            "--fields",
            "id=id", "--db", db,
        ]
        let refused = try Command.run(arguments)
        #expect(
            refused.status != 0
                && refused.error.contains("1 of 3 records cannot be used, the first: line 2, "))
        let run = try Command.run(arguments + ["--skip-bad-rows"])
        #expect(
            run.status == 0 && run.output.contains("jsonl:own.jsonl, 2 examples in 2 documents"),
            "\(run.error)")
        #expect(run.error.contains("left out 1 of 3 records: line 2, context is 7, expected a text"))
        #expect(run.error.contains("1 question ids stand there more than once"))
    }

    @Test func `the user's own questions are scored`() throws {
        let context = "Anna Berg works as a baker in Oslo. Erik Dahl works as a pilot in Bergen."
        let squad = try folder.write(
            #"{"data":[{"paragraphs":[{"context":"\#(context)","qas":["#
                + #"{"id":"1","question":"Where does Berg work?","answers":[{"text":"Oslo"}]},"#
                + #"{"id":"2","question":"Who flies?","answers":[]}]}]}]}"#, to: "own.json")
        let run = try Command.run(
            "run", "--methods", "truncation", "--ratios", "2", "--dataset", "squad=\(squad)", "--json",
            "--db", db)
        #expect(run.status == 0, "\(run.error)")
        let sections = try run.json()["sections"] as? [[String: Any]] ?? []
        #expect(
            sections.compactMap { $0["taskID"] as? String }.sorted()
                == ["abstaining", "qa", "reconstruction"])
    }

    @Test func `a document beyond the model's window is scored where what is kept of it fits`() throws {
        let text = (0..<900).map { "Person \($0) lives in Town \($0)." }.joined(separator: " ")
        let lines = (0..<2).map {
            #"{"context": "\#($0) \#(text)", "question": "Where does Person 3 live?", "answers": ["Town 3"]}"#
        }
        let data = try folder.write(lines.joined(separator: "\n"), to: "long.jsonl")
        let run = try Command.run(
            "run", "--methods", "truncation,knorm,truncation+knorm", "--ratios", "32", "--tasks", "qa",
            "--dataset",
            "jsonl=\(data)", "--latency-samples", "1", "--db", db)
        #expect(run.status == 0 && !run.output.contains("failed"), "\(run.output)\(run.error)")
        for method in ["Full context", "KNorm"] {
            #expect(
                run.error.contains("2 of 2 examples do not fit into what the model reads behind \(method) "))
        }
        #expect(try count("SELECT count(*) FROM sample WHERE contextTokens > 8192") == 6)
        #expect(
            try count(
                "SELECT count(*) FROM sample JOIN cell ON cell.id = cellID WHERE methodID = 'truncation+knorm'"
            ) == 2)
        let one = try folder.write(text, to: "long.txt")
        let generated = try Command.run(
            "generate", "--context", one, "--question", "Where does Person 3 live?", "--method", "truncation",
            "--ratio",
            "32", "--json")
        #expect(generated.status == 0, "\(generated.error)")
        let whole = try Command.run("generate", "--context", one, "--question", "Where does Person 3 live?")
        #expect(whole.status != 0 && whole.error.contains("8192"), "\(whole.error)")
    }

    @Test func `groups of methods are what can be run of them`() throws {
        let small = ["--dataset", "gazette:subjects=2,documents=2", "--limit", "2", "--latency-samples", "1"]
        func run(_ methods: String, ratios: String) throws -> Command {
            try Command.run(
                [
                    "run", "--methods", methods, "--ratios", ratios, "--tasks", "qa", "--db",
                    folder.path("groups.sqlite"),
                ]
                    + small)
        }
        let cache = try run("family:kv,knorm", ratios: "4")
        #expect(cache.status == 0 && cache.output.contains("SnapKV") && !cache.output.contains("Truncation"))
        #expect(cache.output.split(separator: "\n").count { $0.hasPrefix("KNorm  ") } == 2)
        let all = try run("all", ratios: "2")
        #expect(all.status == 0 && all.output.contains("Truncation") && all.output.contains("Mean pooling"))
        #expect(all.error.contains("left out PIC at 2x: it is not trained for that"))
        let none = try run("family:x", ratios: "2")
        #expect(none.status != 0 && none.error.contains("hard-prompt"))
    }

    @Test func `methods one behind another are one row`() throws {
        let run = [
            "run", "--ratios", "16", "--tasks", "qa", "--limit", "3", "--db", folder.path("chain.sqlite"),
        ]
        let chained = try Command.run(
            run + ["--methods", "bm25+pic:positions=contiguous,random+knorm,bm25+pic"])
        #expect(
            chained.status != 0
                && chained.error.contains("PIC (positions=contiguous) needs a trained compressor"))
        let sound = try Command.run(run + ["--methods", "truncation:keep=tail+pic,random+knorm"])
        #expect(sound.status == 0 && sound.output.contains("Truncation (keep=tail) + PIC"))
        #expect(sound.output.contains("Random tokens + KNorm"))
        let refused = try Command.run(run + ["--methods", "knorm+pic"])
        #expect(refused.status != 0 && refused.error.contains("put it last"))
    }
}
