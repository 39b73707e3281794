import Foundation
import GRDB
import TestSupport
import Testing

/// Grids with methods in other programs, good and bad, as a user runs them.
struct ExternalRunTests {
    private let folder: TemporaryFolder
    private static let guest =
        Command.repository.appendingPathComponent("Tests/ExternalTests/Fixtures/guest.sh").path

    init() throws { folder = try TemporaryFolder() }

    private func run(_ methods: String, _ more: String...) throws -> Command {
        try Command.run(
            [
                "run", "--methods", methods, "--ratios", "4", "--tasks", "qa", "--limit", "12", "--dataset",
                "gazette:subjects=2,documents=12", "--latency-samples", "1", "--db", folder.path("r.sqlite"),
            ] + more)
    }

    /// State and failure of each cell, by the method's name.
    private func cells() throws -> [String: (state: String, failure: String)] {
        let rows = try DatabaseQueue(path: folder.path("r.sqlite")).read {
            try Row.fetchAll($0, sql: "SELECT methodName, state, failure FROM cell ORDER BY id")
        }
        return rows.reduce(into: [:]) { cells, row in
            let name: String = row["methodName"]
            cells[name] = (state: row["state"], failure: row["failure"] ?? "")
        }
    }

    @Test func `a bad guest fails its cell, and the others go on`() throws {
        let modes = ["good", "crash-later", "garbage", "over-budget", "exit"]
        let guests = modes.map { "external:command=sh '\(Self.guest)' \($0)" }
        let first = try run((guests + ["truncation"]).joined(separator: ","))
        #expect(first.status == 1 && first.error.contains("8 cells in"), "\(first.error)")
        let found = try cells()
        #expect(found.count == 8, "\(found.keys)")
        for name in ["Guest (good)", "Truncation", "Full context"] { #expect(found[name]?.state == "done") }
        #expect(found["Guest (crash-later)"]?.failure.contains("its last words: out of memory") == true)
        #expect(found["Guest (garbage)"]?.failure.contains("which is no message") == true)
        #expect(found["Guest (over-budget)"]?.failure.contains("positions of") == true)
        #expect(found["Guest (exit)"]?.failure.contains("ended with status 0") == true)
        #expect(first.output.contains("\nGuest (good)") && first.error.contains("[Guest] out of memory"))
        // What keeps the first tokens is truncation.
        let scores = try DatabaseQueue(path: folder.path("r.sqlite")).read {
            try String.fetchAll(
                $0,
                sql: """
                    SELECT group_concat(prediction, '|') FROM sample JOIN cell ON cell.id = cellID
                    WHERE methodName IN ('Guest (good)', 'Truncation') GROUP BY cellID
                    """)
        }
        #expect(scores.count == 2 && scores[0] == scores[1])
    }

    @Test func `a changed script is scored again, an unchanged one is not`() throws {
        let script = try folder.write(String(contentsOfFile: Self.guest, encoding: .utf8), to: "own.sh")
        _ = try folder.write(#"{"command": ["sh", "own.sh"]}"#, to: "own.json")
        let method = folder.path("own.json")
        #expect(try run(method).error.contains("3 cells in"))
        #expect(try run(method).error.contains("3 of them finished before"))
        try Data((String(contentsOfFile: script, encoding: .utf8) + "# changed\n").utf8)
            .write(to: URL(fileURLWithPath: script))
        #expect(try run(method).error.contains("2 of them finished before"))
    }

    @Test func `in a chain it stands last, or is a file`() throws {
        _ = try folder.write(#"{"command": ["sh", "\#(Self.guest)"]}"#, to: "own.json")
        let command = try run("\(folder.path("own.json"))+knorm,bm25+external:command=sh '\(Self.guest)' a+b")
        #expect(command.status == 0, "\(command.error)")
        let names = try cells().keys
        #expect(names.contains("Guest + KNorm"), "\(names)")
        #expect(names.contains("BM25 sentences + Guest (a+b)"), "\(names)")
    }

    @Test func `what cannot be a method is refused before anything runs`() throws {
        try expectRefusal(
            ["run", "--methods", "external:command=sh -c 'exit 3'", "--ratios", "4"],
            "ended with status 3 before its 'hello'")
        func refuse(_ methods: String, _ part: String) throws {
            try expectRefusal(["run", "--methods", methods, "--ratios", "4"], part)
        }
        try refuse("none.json", "none.json: there is no such file")
        try refuse("externl:command=x", "did you mean external?")
    }

    @Test func `a killed run takes its guests along`() throws {
        let notes = folder.path("notes")
        let run = try Command.start([
            "run", "--methods", "external:command=sh '\(Self.guest)' slow '\(notes)'", "--ratios", "4",
            "--tasks", "qa", "--limit", "4", "--db", folder.path("r.sqlite"),
        ])
        func guests() -> [Int32] {
            ((try? String(contentsOfFile: notes, encoding: .utf8)) ?? "").split(separator: "\n").compactMap {
                Int32($0)
            }
        }
        let deadline = ContinuousClock.now + .seconds(60)
        while guests().isEmpty, ContinuousClock.now < deadline { usleep(20_000) }
        usleep(300_000)
        let pid = try #require(guests().first)
        #expect(kill(pid, 0) == 0)
        kill(run.processIdentifier, SIGKILL)
        // Waiting for the run first would wait for whoever has its open files, the guests among them.
        let end = ContinuousClock.now + .seconds(20)
        while runs(pid), ContinuousClock.now < end { usleep(20_000) }
        #expect(!runs(pid))
        run.waitUntilExit()
    }

    /// A guest that takes a minute is a step that does not end.
    @Test(arguments: [SIGINT, SIGTERM])
    func `a run stops whatever it waits for, and says so`(_ signal: Int32) throws {
        let notes = folder.path("notes")
        let errors = try folder.write("", to: "errors")
        let run = try Command.start(
            [
                "run", "--methods", "external:timeout=60:command=sh '\(Self.guest)' slow '\(notes)'",
                "--ratios",
                "4", "--tasks", "qa", "--limit", "4", "--latency-samples", "0", "--db",
                folder.path("r.sqlite"),
            ], error: try #require(FileHandle(forWritingAtPath: errors)))
        let deadline = ContinuousClock.now + .seconds(60)
        while !FileManager.default.fileExists(atPath: notes), ContinuousClock.now < deadline {
            usleep(20_000)
        }
        usleep(300_000)
        kill(run.processIdentifier, signal)
        let end = ContinuousClock.now + .seconds(20)
        while runs(run.processIdentifier), ContinuousClock.now < end { usleep(20_000) }
        #expect(!runs(run.processIdentifier))
        run.waitUntilExit()
        #expect(run.terminationStatus == 130)
        let said = try String(contentsOfFile: errors, encoding: .utf8)
        #expect(
            said.contains("stopping\n") && said.contains("stopped; everything scored so far is kept"),
            "\(said)")
    }

    /// Whether a process is there that has not ended, waited for or not.
    private func runs(_ pid: Int32) -> Bool {
        let status = (try? String(contentsOfFile: "/proc/\(pid)/stat", encoding: .utf8)) ?? ""
        return kill(pid, 0) == 0 && !status.contains(") Z ")
    }
}
