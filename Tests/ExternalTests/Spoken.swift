import Synchronization

/// Lines that several threads add to.
final class Spoken: Sendable {
    private let known = Mutex<[String]>([])

    var lines: [String] { known.withLock { $0 } }

    func append(_ line: String) { known.withLock { $0.append(line) } }
}
