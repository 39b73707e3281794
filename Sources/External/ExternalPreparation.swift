import Contract
import Dispatch
import Synchronization
import Tensors

/// The children of a cell: as many as `workers`, each asked by one thread at a time.
final class ExternalPreparation: Preparation {
    private let method: ExternalMethod
    private let decoder: DecoderModel
    private let turns: DispatchSemaphore
    private let state = Mutex(State())

    private struct State {
        var idle: [ExternalChild] = []
        /// Where a child failed, none is asked again before the next `open`.
        var failure: (any Error)?
    }

    init(_ method: ExternalMethod, _ decoder: DecoderModel) {
        self.method = method
        self.decoder = decoder
        turns = DispatchSemaphore(value: method.command.workers)
    }

    var content: PreparedContent? {
        PreparedContent(
            name: method.hello.name, hash: method.contentHash, isTrained: method.hello.trained == true)
    }

    /// Starts all children, which get ready side by side.
    func open() throws {
        close()
        let children = try (0..<method.command.workers).map { _ in try started() }
        for child in children { try child.waitUntilReady() }
        state.withLock { $0.idle = children }
    }

    /// Ends them, side by side as well.
    func close() {
        let children = state.withLock { state in
            defer { state = State() }
            return state.idle
        }
        for child in children { child.closeInput() }
        for child in children { child.end(after: ChildProcess.patience) }
    }

    func compress(_ contexts: [Context], in c: Computation) throws -> [Kept] {
        turns.wait()
        defer { turns.signal() }
        do {
            let child = try idleChild()
            let kept = try child.compress(contexts, in: c)
            state.withLock { $0.idle.append(child) }
            return kept
        } catch {
            state.withLock { $0.failure = $0.failure ?? error }
            throw error
        }
    }

    private func idleChild() throws -> ExternalChild {
        let child = try state.withLock { state in
            if let failure = state.failure { throw failure }
            return state.idle.popLast()
        }
        if let child { return child }
        // Whoever did not open it has children as they are needed.
        let made = try started()
        try made.waitUntilReady()
        return made
    }

    private func started() throws -> ExternalChild {
        if let file = method.files.changed {
            throw ExternalError.failed(
                method: method.hello.name,
                problem: "is no longer what the grid was planned with: \(file.path) was changed; start again",
                lastWords: "")
        }
        return try ExternalChild(method, decoder)
    }
}
