import CKernels
import Synchronization

/// The pool of threads that all kernels share.
public enum Threads {
    /// Threads in use, the calling one included.
    public static var count: Int { Int(pb_threads()) }

    /// May be called at any time, from any thread: what computes goes on with the number it began with, and
    /// no result depends on it.
    public static func use(_ count: Int) {
        pb_set_threads(Int32(clamping: count))
    }

    /// What `body` makes of each of 0..<count, on the pool's threads at the same time; kernels that it calls stay on its
    /// thread.
    public static func map<Result: Sendable>(_ count: Int, _ body: @Sendable (Int) -> Result) -> [Result] {
        let results = Mutex([Result?](repeating: nil, count: count))
        concurrently(count) { i in
            let result = body(i)
            results.withLock { $0[i] = result }
        }
        return results.withLock { $0.compactMap(\.self) }
    }

    /// Gives the system back what was freed and is kept for what comes next.
    public static func giveBackMemory() { pb_give_back_memory() }

    /// Calls `body` once for each of 0..<count, in ascending order but on the pool's threads at the same
    /// time; kernels that it calls stay on its thread.
    public static func concurrently(_ count: Int, _ body: @Sendable (Int) -> Void) {
        withoutActuallyEscaping(body) { escaping in
            var context = escaping
            withUnsafeMutablePointer(to: &context) { pointer in
                pb_parallel(
                    count, 1,
                    { begin, end, _, context in
                        guard let body = context?.assumingMemoryBound(to: (@Sendable (Int) -> Void).self)
                        else { return }
                        for i in begin..<end { body.pointee(i) }
                    }, pointer)
            }
        }
    }
}
