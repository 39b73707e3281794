import Foundation
import Synchronization

/// How often a request is sent that may pass, and how long is waited between.
///
/// Twice as long each time, up to half a minute, and never at the same moment as others that wait; what the server
/// asks for by `Retry-After` where that is longer.
final class Retries: Sendable {
    /// How long a server may be away, in seconds.
    private let patience: Double
    /// Told when a server is away and when it is back, each once.
    private let log: @Sendable (String) -> Void
    private let isAway = Mutex(false)

    init(patience: Double, log: @escaping @Sendable (String) -> Void) {
        self.patience = patience
        self.log = log
    }

    /// What a request comes to in the end.
    /// - Throws: the last failure; whether the server was given up, `isAway` says
    func attempt<Value>(
        _ server: String, _ request: () throws(HTTPFailure) -> Value
    ) throws(GivenUp) -> Value {
        let begin = ContinuousClock.now
        var (failures, nonsense) = (0, 0)
        var pause = 0.5
        while true {
            do {
                let value = try request()
                let wasAway = isAway.withLock { away in
                    defer { away = false }
                    return away
                }
                if wasAway { log("\(server) answers again") }
                return value
            } catch {
                failures += 1
                if case .nonsense = error { nonsense += 1 }
                let waited = begin.duration(to: .now) / .seconds(1)
                let wait = max(pause * Double.random(in: 0.5...1), error.retryAfter ?? 0)
                // Nonsense is not an absence: it would be said again.
                guard error.mayPass, nonsense < 3 else { throw GivenUp(failure: error, isAway: false) }
                guard waited + wait <= patience else { throw GivenUp(failure: error, isAway: true) }
                // What is over at once is not told of.
                let isToTell = isAway.withLock { away in
                    defer { away = away || failures > 1 || wait > 1 }
                    return !away && (failures > 1 || wait > 1)
                }
                if isToTell {
                    log("\(server): \(error.words); trying again for up to \(Int(patience)) seconds")
                }
                Thread.sleep(forTimeInterval: wait)
                pause = min(30, 2 * pause)
            }
        }
    }

    struct GivenUp: Error {
        let failure: HTTPFailure
        /// Whether it may answer another time.
        let isAway: Bool
    }
}
