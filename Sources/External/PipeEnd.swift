import Foundation

/// One end of a pipe; closed when nothing refers to it. No child inherits it.
final class PipeEnd {
    let number: Int32

    private init(_ number: Int32) { self.number = number }

    deinit { close(number) }

    /// A new pipe; nil where the system has none left, and `errno` says why.
    static func pair() -> (reading: PipeEnd, writing: PipeEnd)? {
        var ends: [Int32] = [0, 0]
        guard pipe(&ends) == 0 else { return nil }
        for end in ends { _ = fcntl(end, F_SETFD, FD_CLOEXEC) }
        return (PipeEnd(ends[0]), PipeEnd(ends[1]))
    }

    /// Makes reading and writing return at once where they would wait.
    func returnAtOnce() { _ = fcntl(number, F_SETFL, fcntl(number, F_GETFL) | O_NONBLOCK) }

    enum Transfer: Equatable {
        case moved(Int)
        /// Nothing can be moved now.
        case later
        /// The other end is closed.
        case closed
    }

    /// Writes some of it.
    func write(_ bytes: ArraySlice<UInt8>) -> Transfer {
        transfer { bytes.withUnsafeBytes { Foundation.write(number, $0.baseAddress, $0.count) } }
    }

    /// Appends what there is, at most 64 KiB.
    func read(into bytes: inout [UInt8]) -> Transfer {
        var part = [UInt8](repeating: 0, count: 1 << 16)
        let result = transfer {
            part.withUnsafeMutableBytes { Foundation.read(number, $0.baseAddress, $0.count) }
        }
        guard case .moved(let count) = result else { return result }
        if count == 0 { return .closed }
        bytes += part.prefix(count)
        return result
    }

    private func transfer(_ call: () -> Int) -> Transfer {
        while true {
            let count = call()
            if count >= 0 { return .moved(count) }
            if errno == EINTR { continue }
            return errno == EAGAIN || errno == EWOULDBLOCK ? .later : .closed
        }
    }
}
