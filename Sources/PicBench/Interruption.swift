import Dispatch
import Foundation
import Synchronization

/// Ctrl-C and SIGTERM: said at once, and noticed between steps so that what is finished is kept.
///
/// Its sources are set up once and never changed.
final class Interruption: @unchecked Sendable {
    private let flag: Flag
    private let sources: [any DispatchSourceSignal]

    /// What is done where a step takes too long to wait for its end.
    struct Deadline: Sendable {
        let after: Duration
        /// Called on a thread of its own, while others compute; the process ends behind it.
        let act: @Sendable () -> Void
    }

    /// - Parameters:
    ///   - deadline: nil where the step under way is waited for
    ///   - isRaised: called at the first signal
    init(deadline: Deadline? = nil, isRaised: @escaping @Sendable () -> Void) {
        // What takes long outlives its terminal; it is interrupted by its process's number.
        signal(SIGHUP, SIG_IGN)
        sources = [SIGINT, SIGTERM].map { number in
            signal(number, SIG_IGN)
            return DispatchSource.makeSignalSource(signal: number, queue: .global())
        }
        flag = Flag()
        for source in sources {
            source.setEventHandler { [flag] in
                guard flag.raise() else { return }
                isRaised()
                guard let deadline else { return }
                DispatchQueue.global().asyncAfter(deadline: .now() + deadline.after.seconds) {
                    deadline.act()
                    Flag.endProcess()
                }
            }
            source.resume()
        }
    }

    var isRaised: Bool { flag.isRaised.load(ordering: .relaxed) }

    private final class Flag: Sendable {
        let isRaised = Atomic(false)

        /// - Returns: whether it is the first signal
        func raise() -> Bool {
            if isRaised.exchange(true, ordering: .relaxed) { Self.endProcess() }
            return true
        }

        /// At once, without running what is to be done at a proper end: other threads still work on what that
        /// would tear down.
        static func endProcess() -> Never { _exit(130) }
    }
}

extension Duration {
    fileprivate var seconds: Double { self / .seconds(1) }
}
