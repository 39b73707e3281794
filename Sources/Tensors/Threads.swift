import CKernels

/// The pool of threads that all kernels share.
public enum Threads {
    /// Threads in use, the calling one included.
    public static var count: Int { Int(pb_threads()) }

    public static func use(_ count: Int) {
        pb_set_threads(Int32(clamping: count))
    }
}
