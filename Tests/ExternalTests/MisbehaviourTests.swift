import Contract
import External
import Foundation
import Reading
import TestSupport
import Testing

/// A guest that misbehaves: one clear line, in time, and nothing of it is left.
struct MisbehaviourTests {
    private let guest: Guest

    init() throws { guest = try Guest() }

    @Test(arguments: [
        ("crash-at-start", "ended with status 3 before its 'hello'; its last words: no module named none"),
        ("no-answer-at-all", "ended with status 0 before its 'hello'"),
        ("silent-at-start", "did not say its 'hello' in 0.5 seconds; raise its 'startup'"),
        ("early-output", "wrote line 1, 'Loading the model ...', which is no message: it is no JSON"),
        ("old-protocol", "speaks version 7 of the protocol, this program version 1"),
        ("nameless", "has no name of 1 to 60 characters"),
        ("half-hello", "the field 'returns' is missing"),
        ("other-wants", "pixels"),
    ])
    func `at its start: nothing is planned with it`(_ mode: String, _ part: String) {
        let startup = mode == "silent-at-start" ? "startup=0.5" : "startup=20"
        let problem = Guest.problem { _ = try guest.method(mode, startup) }
        #expect(problem.contains(part) && !problem.contains("\n"), "\(problem)")
    }

    @Test(arguments: [
        ("changing", "says something else of itself than when the grid was planned"),
        ("refuses-to-open", "says: not for this model"),
        ("never-ready", "did not say its 'ready' in 2 seconds"),
    ])
    func `when its cell begins`(_ mode: String, _ part: String) {
        let startup = mode == "never-ready" ? "startup=2" : "startup=20"
        let problem = Guest.problem { _ = try guest.trial(mode, startup) }
        #expect(problem.contains(part), "\(problem)")
    }

    @Test(arguments: [
        ("crash", "the signal Segmentation fault before an answer; its last words: cannot go / on like"),
        ("exit", "ended with status 0 before an answer"),
        ("half", "ended with status 0 before an answer"),
        ("grandchild", "ended with status 0 before an answer"),
        ("over-budget", "kept 5 positions"),
        ("negative", "kept the index -1 of a context with"),
        ("outside", "kept the index 999999 of a context with"),
        ("huge", "which is no message"),
        ("descending", "kept the index 0 behind 1; indices ascend, each once"),
        ("other-id", "answered for the id 101, expected 1"),
        ("nothing", "answered without 'indices'"),
        ("garbage", "wrote line 3, 'kept: 1 2 3', which is no message: it is no JSON"),
        ("not-utf-8", "it is not UTF-8"),
        ("nested", "which is no message"),
        ("error", "says: it is too cold"),
        ("long-line", "wrote a line of more than 16 MiB"),
        ("endless", "wrote a line of more than 16 MiB"),
        ("closes-output", "closed its standard output before an answer"),
        ("embeddings-path", "named the file '../slots.safetensors', expected a name in its folder"),
        ("embeddings-link", "which is no file in its folder"),
        ("embeddings-missing", "which is no file in its folder"),
        ("embeddings-large", "of more than"),
    ])
    func `in the middle of its work`(_ mode: String, _ part: String) throws {
        let begin = ContinuousClock.now
        let problem = Guest.problem { _ = try guest.keep(mode, "timeout=60") }
        #expect(problem.contains(part) && !problem.contains("\n"), "\(problem)")
        #expect(begin.duration(to: .now) < .seconds(50), "found out by the time limit")
        #expect(areGone(guest.notes), "\(guest.notes)")
    }

    @Test(arguments: ["slow", "closes-input", "floods-forever", "tokenize-forever"])
    func `without an answer`(_ mode: String) throws {
        let trial = try guest.trial(mode, "timeout=0.5")
        defer { trial.preparation.close() }
        // What closes its input answers what it had read.
        let problem = Guest.problem { for _ in 0..<2 { _ = try trial.keep([guest.context()]) } }
        #expect(
            problem.contains("gave no answer in 0.5 seconds a context; raise its 'timeout'")
                || problem.contains("asks for tokens and does not get on"), "\(problem)")
        #expect(areGone(guest.notes))
        // It is not asked again, nor another one started.
        let again = Guest.problem { _ = try trial.keep([guest.context()]) }
        #expect(again == problem && guest.notes.count == 1)
    }

    @Test func `what one said twice is no answer to the next context`() throws {
        let trial = try guest.trial("twice")
        defer { trial.preparation.close() }
        _ = try trial.keep([guest.context()])
        let problem = Guest.problem { _ = try trial.keep([guest.context()]) }
        #expect(problem.contains("answered for the id 1, expected 2"), "\(problem)")
    }

    @Test func `one that fails after a while is as new when it is opened again`() throws {
        let trial = try guest.trial("crash-later")
        for _ in 0..<2 { _ = try trial.keep([guest.context()]) }
        let problem = Guest.problem { _ = try trial.keep([guest.context()]) }
        #expect(problem.contains("ended with status 9 before an answer; its last words: out of memory"))
        trial.preparation.close()
        try trial.preparation.open()
        _ = try trial.keep([guest.context()])
        trial.preparation.close()
        #expect(areGone(guest.notes))
    }

    @Test func `a flood on standard error is shown in part and hinders nothing`() throws {
        #expect(try guest.keep("floods")[0].measure.positions == 4)
        let lines = guest.log
        #expect(lines.count > 100 && lines.count < 10_000 && lines[0] == "[Guest] noise")
        #expect(lines.last?.contains("what follows is not shown") == true)
    }

    @Test func `one that stays is ended with its own children`() throws {
        let trial = try guest.trial("stays")
        _ = try trial.keep([guest.context()])
        #expect(guest.notes.count == 2 && guest.notes.allSatisfy(isThere))
        let begin = ContinuousClock.now
        trial.preparation.close()
        #expect(begin.duration(to: .now) < .seconds(20) && areGone(guest.notes))
    }

    @Test func `a program that is not there`() throws {
        let command = try requireCommand("external:command=no-such-program-here --x")
        let problem = Guest.problem { _ = try ExternalMethod(command) { _ in } }
        #expect(problem.contains("cannot start 'no-such-program-here --x': No such file"), "\(problem)")
        let folder = try TemporaryFolder()
        let file = try folder.write(#"{"command": ["./nothing"]}"#, to: "m.json")
        let elsewhere = Guest.problem { _ = try ExternalMethod(requireCommand(file)) { _ in } }
        #expect(elsewhere.contains("ended with status 127 before its 'hello'"), "\(elsewhere)")
    }
}
