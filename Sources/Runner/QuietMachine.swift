import Foundation
import Synchronization

/// Latency is measured while no other run computes on this machine.
///
/// Two locks that all of a user's runs share, whichever files they write: the system frees those of a process
/// that ends, however it ends. Who computes holds `work` together with all others, a batch at a time; who
/// measures holds it alone. `gate` lets nobody begin a batch while somebody waits to measure. Where there are no
/// such locks, such as in two containers, runs do not wait for each other.
///
/// Threads of one process compute side by side; none of them does while another one measures.
package final class QuietMachine: Sendable {
    private let gate: Int32
    private let work: Int32
    private let patience: Duration
    private let state = Mutex(State())

    private struct State {
        /// Threads of this process that compute, with one lock on `work` for all of them.
        var computing = 0
        /// Since when a lock was not to be had.
        var waitingSince: ContinuousClock.Instant?
    }

    /// - Parameters:
    ///   - folder: where the locks are
    ///   - patience: how long others are waited for: a process that was stopped keeps its locks
    package init(
        folder: URL = FileManager.default.temporaryDirectory, patience: Duration = .seconds(120)
    ) {
        func opened(_ name: String) -> Int32 {
            let file = folder.appendingPathComponent("picbench-\(getuid())-\(name).lock")
            return open(file.path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0o600)
        }
        gate = opened("gate")
        work = opened("work")
        self.patience = patience
    }

    deinit { for file in [gate, work] where file >= 0 { close(file) } }

    /// Runs `body` while nobody measures; others may compute beside it.
    @discardableResult
    package func compute<T>(_ body: () throws -> T) rethrows -> T {
        _ = begin(unless: { false })
        defer { end() }
        return try body()
    }

    /// Runs `body` while nobody measures; others may compute beside it.
    /// - Returns: nil where it was cancelled before it began
    package func compute<T>(unless isCancelled: () -> Bool, _ body: () throws -> T) rethrows -> T? {
        guard begin(unless: isCancelled) else { return nil }
        defer { end() }
        return try body()
    }

    private func begin(unless isCancelled: () -> Bool) -> Bool {
        wait(unless: isCancelled) { state in
            let isOpen = Self.lock(gate, LOCK_SH)
            if isOpen { Self.unlock(gate) }
            let isFree = isOpen && (state.computing > 0 || Self.lock(work, LOCK_SH))
            guard mayGoOn(with: isFree, &state) else { return false }
            state.computing += 1
            return true
        }
    }

    private func end() {
        state.withLock { state in
            state.computing -= 1
            if state.computing == 0 { Self.unlock(work) }
        }
    }

    /// Runs `body` while nobody else computes.
    /// - Returns: nil where it was cancelled before it began
    @discardableResult
    package func measure<T>(unless isCancelled: () -> Bool, _ body: () throws -> T) rethrows -> T? {
        defer { for file in [work, gate] { Self.unlock(file) } }
        for file in [gate, work] {
            let isReady = wait(unless: isCancelled) { mayGoOn(with: Self.lock(file, LOCK_EX), &$0) }
            guard isReady else { return nil }
        }
        return try body()
    }

    /// Whether there is nothing to wait for, or whoever has a lock was waited for long enough; then nobody
    /// waits for it again before it was free.
    private func mayGoOn(with isFree: Bool, _ state: inout State) -> Bool {
        let since = state.waitingSince ?? .now
        state.waitingSince = isFree ? nil : since
        return isFree || since.duration(to: .now) > patience
    }

    /// Tries until it works.
    private func wait(unless isCancelled: () -> Bool, until attempt: (inout State) -> Bool) -> Bool {
        while !state.withLock({ attempt(&$0) }) {
            if isCancelled() { return false }
            usleep(5_000)
        }
        return true
    }

    /// - Returns: false where another process has it; true as well where there is nothing to lock
    private static func lock(_ file: Int32, _ kind: Int32) -> Bool {
        file < 0 || flock(file, kind | LOCK_NB) == 0 || errno != EWOULDBLOCK
    }

    private static func unlock(_ file: Int32) {
        if file >= 0 { flock(file, LOCK_UN) }
    }
}
