import Foundation
import GRDB
import TestSupport
import Testing

/// What is to be shown and cannot be is an error; what is stored is stored all the same.
struct StandardStreamTests {
    private let folder: TemporaryFolder
    private var db: String { folder.path("results.sqlite") }
    private var run: [String] {
        [
            "run", "--methods", "truncation", "--ratios", "4", "--tasks", "qa", "--dataset",
            "gazette:subjects=2,documents=4", "--limit", "8", "--latency-samples", "1", "--db", db,
        ]
    }

    init() throws { folder = try TemporaryFolder() }

    private func expectAllStored() throws {
        let states = try DatabaseQueue(path: db).read {
            #expect(try String.fetchOne($0, sql: "PRAGMA integrity_check") == "ok")
            return try String.fetchAll($0, sql: "SELECT state FROM cell")
        }
        #expect(states == ["done", "done", "done"])
    }

    @Test(arguments: [">/dev/full", ">&-", "1</dev/null"])
    func `output that is lost is an error`(_ redirection: String) throws {
        for arguments in [
            ["--help"], ["--version"], ["list", "methods"], ["list", "models", "--json"],
            ["export", "csv", "--db", "leaderboard/results.sqlite.gz"],
            ["export", "csv", "--rows", "samples", "--db", "leaderboard/results.sqlite.gz"],
            ["tokenize"], ["generate", "--prompt", "Anna", "--max-new-tokens", "1"],
        ] {
            let command = try Command.shell("\"$0\" \"$@\" \(redirection)", arguments, input: "text\n")
            #expect(command.status == 1, "\(arguments)")
            #expect(
                command.error.hasPrefix("Error: standard output cannot be written: ")
                    && command.error.split(separator: "\n").count == 1, "\(arguments): \(command.error)")
        }
    }

    @Test func `a run whose table cannot be shown stores its samples`() throws {
        let command = try Command.shell("\"$0\" \"$@\" >/dev/full", run)
        #expect(command.status == 1 && command.error.contains("3 cells in \(db)"), "\(command.error)")
        #expect(command.error.contains("Error: standard output cannot be written"), "\(command.error)")
        try expectAllStored()
    }

    @Test func `a pipe whose reader has ended ends the command quietly`() throws {
        let export = ["export", "csv", "--rows", "samples", "--db", "leaderboard/results.sqlite.gz"]
        for output in ["", "-o /dev/stdout", "-o /dev/fd/3 3>&1"] {
            let script = "{ \"$0\" \"$@\" \(output); echo $? >&2; } | head -n 1"
            let command = try Command.shell(script, export)
            #expect(command.output.hasPrefix("cell,model,") && command.error == "141\n", "\(command.error)")
        }
    }

    @Test(arguments: ["2>&-", "2>/dev/full", ">&- 2>&-"])
    func `messages that are lost are no error`(_ redirection: String) throws {
        let command = try Command.shell("\"$0\" \"$@\" \(redirection)", run)
        #expect(command.status == (redirection.hasPrefix(">") ? 1 : 0), "\(command.status)")
        try expectAllStored()
        let wrong = try Command.shell("\"$0\" \"$@\" \(redirection)", ["run", "--methods", "pix"])
        #expect(wrong.status == 1)
    }

    @Test func `a run outlives its terminal`() throws {
        // What openpty does: TIOCSPTLCK and TIOCGPTN, which C defines in a way that Swift does not read.
        let terminal = open("/dev/ptmx", O_RDWR | O_NOCTTY)
        var (lock, number): (Int32, Int32) = (0, 0)
        let isOpen =
            ioctl(terminal, 0x4004_5431, &lock) == 0 && ioctl(terminal, 0x8004_5430, &number) == 0
        try #require(isOpen)
        let name = "/dev/pts/\(number)"
        let error = FileHandle(fileDescriptor: open(name, O_RDWR | O_NOCTTY), closeOnDealloc: true)
        let process = try Command.start(run, error: error)
        try error.close()
        // It has begun to tell how far it is.
        var byte: UInt8 = 0
        #expect(read(terminal, &byte, 1) == 1)
        close(terminal)
        kill(process.processIdentifier, SIGHUP)
        process.waitUntilExit()
        let isEnded = process.terminationReason == .exit && process.terminationStatus == 0
        #expect(isEnded)
        try expectAllStored()
    }

    @Test func `output does not go into the results file`() throws {
        #expect(try Command.run(run).status == 0)
        let before = try Data(contentsOf: URL(fileURLWithPath: db))
        for (arguments, stream) in [(["list", "cells", "--db", db], ">>"), (run, "2>>")] {
            let command = try Command.shell("\"$0\" \"$@\" \(stream) \(db)", arguments)
            #expect(command.status == 1)
        }
        // Standard error's own line is what was asked to go there.
        let after = try Data(contentsOf: URL(fileURLWithPath: db))
        #expect(after.prefix(before.count) == before)
        try expectAllStored()
    }
}
