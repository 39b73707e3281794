import Dispatch
import Foundation
import Results

/// Says for a run, as long as it works, that it lives, and takes the cells of other runs that do not.
///
/// On a queue of its own: whatever a cell computes, its lease goes on.
final class Heartbeat: Sendable {
    private let store: ResultStore
    private let run: Int64
    private let process: ProcessIdentity
    private let queue = DispatchQueue(label: "heartbeat")
    private let state: State

    /// Touched on the queue alone.
    private final class State: @unchecked Sendable {
        var watch: LeaseWatch
        var timer: (any DispatchSourceTimer)?

        init(_ watch: LeaseWatch) { self.watch = watch }
    }

    /// Beats once at once, so that cells of processes that were killed are free before any is asked for.
    init(_ store: ResultStore, run: Int64, interval: Duration, process: ProcessIdentity = .current) throws {
        self.store = store
        self.run = run
        self.process = process
        state = State(LeaseWatch(seenFrom: process))
        try queue.sync { try beat() }
        let seconds = interval / .seconds(1)
        queue.sync {
            let timer = DispatchSource.makeTimerSource(queue: queue)
            timer.schedule(deadline: .now() + seconds, repeating: seconds)
            // A file that cannot be written stops the run where its samples cannot be stored.
            timer.setEventHandler { [weak self] in try? self?.beat() }
            timer.resume()
            state.timer = timer
        }
    }

    /// Returns when no beat is under way and none follows.
    func stop() {
        queue.sync {
            state.timer?.cancel()
            state.timer = nil
        }
    }

    private func beat() throws {
        try store.beat(run, by: process)
        let others = try store.workers().filter { $0.run != run }
        try store.dismiss(state.watch.lapsed(others))
    }
}
