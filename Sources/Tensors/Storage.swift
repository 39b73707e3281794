import CKernels
import Foundation

/// How numbers are stored.
public enum ElementType: String, Sendable {
    case float32 = "F32"
    case bfloat16 = "BF16"
    case float16 = "F16"

    /// Bytes of one element.
    public var size: Int {
        switch self {
        case .float32: 4
        case .bfloat16, .float16: 2
        }
    }
}

/// A block of memory that tensors share: allocated, or part of a mapped file.
final class Storage {
    let pointer: UnsafeMutableRawPointer
    /// What keeps mapped memory alive; nil for memory of our own.
    private let owner: AnyObject?
    /// Whether it is part of a file, which nobody writes to.
    let isMapped: Bool

    /// Floats, zeroed or of any content.
    init(floats count: Int, zeroed: Bool = true) {
        guard let memory = zeroed ? pb_allocate_zeroed(count) : pb_allocate(count) else {
            preconditionFailure("out of memory: \(count * 4) bytes were asked for")
        }
        pointer = UnsafeMutableRawPointer(memory)
        owner = nil
        isMapped = false
    }

    init(mapped pointer: UnsafeMutableRawPointer, owner: AnyObject) {
        self.pointer = pointer
        self.owner = owner
        isMapped = true
    }

    init(copying source: UnsafeRawPointer, bytes: Int) {
        let copy = Storage(floats: (bytes + 3) / 4, zeroed: false)
        copy.pointer.copyMemory(from: source, byteCount: bytes)
        pointer = copy.pointer
        owner = copy
        isMapped = false
    }

    deinit {
        if owner == nil { pb_free(pointer) }
    }
}
