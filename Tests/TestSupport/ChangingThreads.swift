import Foundation
import Synchronization
import Tensors

/// Runs `body` while another thread changes the number of threads that kernels use, from 1 to 6 and on.
public func whileThreadsChange<Result>(_ body: () throws -> Result) rethrows -> Result {
    let before = Threads.count
    let isOver = Flag()
    let ended = DispatchSemaphore(value: 0)
    Thread.detachNewThread {
        var count = 0
        while !isOver.value.load(ordering: .relaxed) {
            count = count % 6 + 1
            Threads.use(count)
            usleep(50)
        }
        Threads.use(before)
        ended.signal()
    }
    defer {
        isOver.value.store(true, ordering: .relaxed)
        ended.wait()
    }
    return try body()
}

private final class Flag: Sendable {
    let value = Atomic(false)
}
