import Foundation
import Synchronization

/// A process in a process group of its own, with a pipe for each of its standard streams.
struct StartedProcess {
    let id: pid_t
    let input: PipeEnd
    let output: PipeEnd
    let errors: PipeEnd

    /// No child may be started while another one's pipes are open to it: it would keep them open.
    private static let turn = Mutex(())

    /// Whoever writes to a child that has ended gets an error for it; by default the whole program would end.
    private static let ignoresClosedPipes: Void = { _ = signal(SIGPIPE, SIG_IGN) }()

    /// Starts a program.
    /// - Parameters:
    ///   - words: the program, by PATH where it has no slash, and its arguments
    ///   - folder: where it runs
    /// - Throws: `ExternalError.cannotStart`
    static func start(_ words: [String], in folder: URL) throws -> StartedProcess {
        func failure(_ number: Int32) -> ExternalError {
            .cannotStart(words.joined(separator: " "), reason: String(cString: strerror(number)))
        }
        ignoresClosedPipes
        return try turn.withLock { _ in
            guard let input = PipeEnd.pair(), let output = PipeEnd.pair(), let errors = PipeEnd.pair() else {
                throw failure(errno)
            }
            let streams = [input.reading, output.writing, errors.writing].map(\.number)
            let (id, fault) = spawn(moving(words, to: folder), streams: streams)
            guard fault == 0 else { throw failure(fault) }
            for end in [input.writing, output.reading, errors.reading] { end.returnAtOnce() }
            return StartedProcess(
                id: id, input: input.writing, output: output.reading, errors: errors.reading)
        }
    }

    /// A command that runs in a folder: POSIX starts programs where the one that starts them is.
    private static func moving(_ words: [String], to folder: URL) -> [String] {
        if folder.path == FileManager.default.currentDirectoryPath { return words }
        return ["/bin/sh", "-c", #"cd "$0" && exec "$@""#, folder.path] + words
    }

    /// Signals that this program may ignore and no child of it should: what is ignored stays so in a new program.
    private static let restored = [SIGHUP, SIGINT, SIGQUIT, SIGPIPE, SIGTERM, SIGXFSZ, SIGCHLD]

    /// - Returns: its number, and what was wrong, as `errno` has it, or 0
    private static func spawn(_ words: [String], streams: [Int32]) -> (pid_t, Int32) {
        #if canImport(Darwin)
            var actions: posix_spawn_file_actions_t?
            var attributes: posix_spawnattr_t?
        #else
            var actions = posix_spawn_file_actions_t()
            var attributes = posix_spawnattr_t()
        #endif
        posix_spawn_file_actions_init(&actions)
        defer { posix_spawn_file_actions_destroy(&actions) }
        for (number, stream) in streams.enumerated() {
            posix_spawn_file_actions_adddup2(&actions, stream, Int32(number))
        }
        posix_spawnattr_init(&attributes)
        defer { posix_spawnattr_destroy(&attributes) }
        var (signals, none) = (sigset_t(), sigset_t())
        sigemptyset(&signals)
        sigemptyset(&none)
        for signal in restored { sigaddset(&signals, signal) }
        posix_spawnattr_setsigdefault(&attributes, &signals)
        posix_spawnattr_setsigmask(&attributes, &none)
        posix_spawnattr_setpgroup(&attributes, 0)
        posix_spawnattr_setflags(
            &attributes,
            Int16(POSIX_SPAWN_SETPGROUP | POSIX_SPAWN_SETSIGDEF | POSIX_SPAWN_SETSIGMASK))
        let environment = ProcessInfo.processInfo.environment.map { "\($0.key)=\($0.value)" }
        var id: pid_t = 0
        let program = words[0]
        let fault = withCStrings(words) { words in
            withCStrings(environment) { environment in
                posix_spawnp(&id, program, &actions, &attributes, words, environment)
            }
        }
        return (id, fault)
    }

    /// - Parameter body: gets the texts as C has them, and nil behind them
    private static func withCStrings<Result>(
        _ texts: [String], _ body: ([UnsafeMutablePointer<CChar>?]) -> Result
    ) -> Result {
        let copies: [UnsafeMutablePointer<CChar>?] = texts.map { strdup($0) }
        defer { for copy in copies { free(copy) } }
        return body(copies + [nil])
    }
}
