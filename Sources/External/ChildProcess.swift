import Foundation

/// A child that is written lines to and that answers in lines.
///
/// It never waits longer than it is told to, whatever the child does: writing, reading, what the child says on standard
/// error, and whether it has ended are watched together. What it holds of a child's output is bounded.
///
/// `@unchecked Sendable`: whoever has it is one thread at a time.
final class ChildProcess: @unchecked Sendable {
    /// Why no line comes.
    enum Fault: Error, Equatable {
        /// How, in words.
        case ended(String)
        case inputClosed
        case outputClosed
        case lineTooLong
        case tooSlow
    }

    /// The most bytes of a line that it writes.
    static let longestLine = 16 << 20
    /// How long a child may take to end when it is asked to.
    static let patience = Duration.seconds(2)

    private let id: pid_t
    private let endsWithUs: GroupGuard?
    /// Nil where it is closed, by either side.
    private var input: PipeEnd?
    private var output: PipeEnd?
    private var errors: PipeEnd?
    private var said: LastWords

    private var unsent: ArraySlice<UInt8> = []
    private var isInputLost = false
    private var unread: [UInt8] = []
    /// Bytes of `unread` in which there is no line's end.
    private var searched = 0
    /// How it ended, in words; nil while it runs.
    private var ending: String?

    /// Starts a program in a process group of its own, which ends with this process, however that ends.
    /// - Parameters:
    ///   - leftover: a folder that is removed where this process is killed
    ///   - log: told what it writes to standard error
    /// - Throws: `ExternalError.cannotStart`
    init(
        _ words: [String], in folder: URL, leftover: URL? = nil, log: @escaping @Sendable (String) -> Void
    ) throws {
        let started = try StartedProcess.start(words, in: folder)
        id = started.id
        (input, output, errors) = (started.input, started.output, started.errors)
        said = LastWords(log: log)
        endsWithUs = GroupGuard(of: started.id, leftover: leftover)
    }

    deinit { end() }

    /// The end of what it said on standard error.
    var lastWords: String { said.text }

    /// Has a line written to it when it reads: while lines are waited for.
    func send(_ line: some Sequence<UInt8>) {
        unsent += line
        unsent.append(UInt8(ascii: "\n"))
    }

    /// Of what it was sent and has not read.
    var unsentBytes: Int { unsent.count }

    /// The next line that it writes, without its end.
    /// - Throws: `Fault`
    func nextLine(by deadline: ContinuousClock.Instant) throws(Fault) -> [UInt8] {
        while true {
            if let line = takeLine() { return line }
            if unread.count > Self.longestLine { throw .lineTooLong }
            if hasEnded || output == nil || isInputLost {
                // What it wrote before is still there; its grandchildren may hold the pipe open.
                let before = unread.count
                transfer(within: .zero)
                if unread.count > before { continue }
                throw hasEnded || endsSoon() ? .ended(end()) : output == nil ? .outputClosed : .inputClosed
            }
            if ContinuousClock.now >= deadline { throw .tooSlow }
            transfer(within: min(Self.glance, ContinuousClock.now.duration(to: deadline)))
        }
    }

    /// Tells it that nothing more will be written.
    func closeInput() { input = nil }

    /// Closes its standard input, waits for it to end, and ends it and whatever is left of its process group where it
    /// does not.
    /// - Returns: how it ended, in words
    @discardableResult
    func end(after patience: Duration = .zero) -> String {
        if let ending { return ending }
        input = nil
        let deadline = ContinuousClock.now + patience
        while !hasEnded, ContinuousClock.now < deadline { discardOutput() }
        // As long as the child is not waited for nobody else gets its number, which is the group's as well.
        endsWithUs?.dismiss()
        kill(-id, SIGKILL)
        kill(id, SIGKILL)
        var status: Int32 = 0
        while waitpid(id, &status, 0) < 0, errno == EINTR {}
        discardOutput()
        said.finishLine()
        (output, errors) = (nil, nil)
        let text = Self.words(for: status)
        ending = text
        return text
    }

    // MARK: - What happens

    /// How long it is waited for something to read before it is asked whether the child has ended.
    private static let glance = Duration.milliseconds(50)

    /// Whether it has ended, waited for or not.
    private var hasEnded: Bool {
        guard ending == nil else { return true }
        var found = siginfo_t()
        let result = waitid(P_PID, id_t(id), &found, WEXITED | WNOHANG | WNOWAIT)
        return result != 0 || found.si_signo != 0
    }

    /// Whether one that closed a stream was about to end.
    private func endsSoon() -> Bool {
        let deadline = ContinuousClock.now + .seconds(1)
        while !hasEnded, ContinuousClock.now < deadline { transfer(within: .milliseconds(10)) }
        return hasEnded
    }

    private func takeLine() -> [UInt8]? {
        guard let place = unread[searched...].firstIndex(of: UInt8(ascii: "\n")) else {
            searched = unread.count
            return nil
        }
        defer {
            unread.removeSubrange(...place)
            searched = 0
        }
        return Array(unread[..<place])
    }

    /// Moves what can be moved to and from the child once something can be.
    private func transfer(within duration: Duration) {
        var streams: [pollfd] = []
        func add(_ end: PipeEnd?, _ event: Int32) {
            if let end { streams.append(pollfd(fd: end.number, events: Int16(event), revents: 0)) }
        }
        add(unsent.isEmpty ? nil : input, POLLOUT)
        add(output, POLLIN)
        add(errors, POLLIN)
        let milliseconds = Int32((duration / .milliseconds(1)).rounded(.up))
        guard poll(&streams, nfds_t(streams.count), milliseconds) > 0 else { return }
        let ready = Set(streams.filter { $0.revents != 0 }.map(\.fd))
        if let input, ready.contains(input.number) { write(to: input) }
        if let output, ready.contains(output.number), output.read(into: &unread) == .closed {
            self.output = nil
        }
        if let errors, ready.contains(errors.number) { listen(to: errors) }
    }

    private func write(to end: PipeEnd) {
        switch end.write(unsent) {
        case .moved(let count): unsent = unsent.dropFirst(count)
        case .later: break
        case .closed:
            unsent = []
            isInputLost = true
            input = nil
        }
    }

    private func listen(to end: PipeEnd) {
        var bytes: [UInt8] = []
        if end.read(into: &bytes) == .closed { errors = nil }
        said.append(bytes)
    }

    /// Reads what nobody asked for, so that it can go on to its end.
    private func discardOutput() {
        unsent = []
        transfer(within: .milliseconds(hasEnded ? 0 : 5))
        unread = []
        searched = 0
    }

    /// A status as `waitpid` gives it.
    private static func words(for status: Int32) -> String {
        let signal = status & 0x7f
        return signal == 0
            ? "with status \(status >> 8 & 0xff)" : "by the signal \(String(cString: strsignal(signal)))"
    }
}
