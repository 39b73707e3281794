import Dispatch
import Foundation
import Synchronization

/// Ctrl-C and SIGTERM, noticed between steps so that what is finished is kept.
///
/// Its sources are set up once and never changed.
final class Interruption: @unchecked Sendable {
    private let flag = Flag()
    private let sources: [any DispatchSourceSignal]

    init() {
        // What takes long outlives its terminal; it is interrupted by its process's number.
        signal(SIGHUP, SIG_IGN)
        sources = [SIGINT, SIGTERM].map { number in
            signal(number, SIG_IGN)
            return DispatchSource.makeSignalSource(signal: number, queue: .global())
        }
        for source in sources {
            source.setEventHandler { [flag] in flag.raise() }
            source.resume()
        }
    }

    var isRaised: Bool { flag.isRaised.load(ordering: .relaxed) }

    private final class Flag: Sendable {
        let isRaised = Atomic(false)

        func raise() {
            // A second signal ends the process at once, without running what is to be done at a proper end:
            // other threads still work on what that would tear down.
            if isRaised.exchange(true, ordering: .relaxed) { _exit(130) }
        }
    }
}
