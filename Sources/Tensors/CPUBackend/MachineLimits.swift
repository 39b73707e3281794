import CKernels

/// What this machine can do at best, measured: the ceilings of decoding and of prefill.
public enum MachineLimits {
    /// Reads `bytes` of memory once on all threads.
    /// - Parameter measure: runs the reading, as often as it likes
    public static func readMemory(bytes: Int, measure: (() -> Void) -> Void) {
        let count = bytes / MemoryLayout<UInt64>.stride
        let memory = Tensor(shape: [2 * count])
        memory.floats.withMemoryRebound(to: UInt64.self, capacity: count) { numbers in
            measure { _ = pb_read_all(count, numbers) }
        }
    }

    /// Multiplies two [size, size] matrices by OpenBLAS, as many rows on each of `threads` threads.
    public static func multiply(size: Int, threads: Int, measure: (() -> Void) -> Void) {
        let a = Tensor([Float](repeating: 0.5, count: size * size), shape: [size, size])
        let c = Tensor(shape: [size, size])
        measure { pb_openblas_product(Int32(size), Int32(threads), a.floats, a.floats, c.floats) }
    }
}
