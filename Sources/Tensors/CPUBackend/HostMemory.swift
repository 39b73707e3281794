import CKernels

/// A block of the program's own memory that tensors share: allocated, or part of a mapped file.
///
/// `@unchecked`: pointers stay as they are; who writes numbers that other threads read keeps them apart, as
/// with any tensor.
final class HostMemory: TensorStorage, @unchecked Sendable {
    let pointer: UnsafeMutableRawPointer
    /// What keeps mapped memory alive; nil for memory of our own.
    private let owner: AnyObject?
    /// Finds best rows of what is part of a file, which nobody writes to.
    let screen: RowScreen?

    var backend: any Backend { .standard }
    var host: UnsafeMutableRawPointer? { pointer }

    /// Zeros, or any content.
    init(bytes: Int, zeroed: Bool) {
        let floats = (bytes + 3) / 4
        guard let memory = zeroed ? pb_allocate_zeroed(floats) : pb_allocate(floats) else {
            preconditionFailure("out of memory: \(bytes) bytes were asked for")
        }
        pointer = UnsafeMutableRawPointer(memory)
        owner = nil
        screen = nil
    }

    init(mapped pointer: UnsafeMutableRawPointer, owner: AnyObject) {
        self.pointer = pointer
        self.owner = owner
        screen = RowScreen()
    }

    deinit {
        if owner == nil { pb_free(pointer) }
    }
}
