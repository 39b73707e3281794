import CKernels
import Synchronization

/// Finds the row of a large weight whose product with a vector is largest: the row that all products
/// would show, from a quarter to a half of the weight's bytes.
///
/// A copy in 8 bits bounds every product, and only rows that may be best are computed (screen.c). It
/// is made at the first search and takes a byte an element beside the weight.
public final class RowScreen {
    private let weight: Tensor
    private let copy = Mutex(Copy.missing)

    private enum Copy: @unchecked Sendable {
        case missing
        /// Nil where there is no memory for one.
        case made(OpaquePointer?)
    }

    /// Nil for a weight that is read from a cache anyway, or that is not mapped from a file and may
    /// change.
    ///
    /// weight: [rows, width]
    public init?(_ weight: Tensor, leastBytes: Int = 16 << 20) {
        guard weight.byteCount >= leastBytes, weight.count > 0, weight.storage.isMapped else { return nil }
        self.weight = weight
    }

    deinit {
        if case .made(let pointer) = copy.withLock({ $0 }) { pb_screen_free(pointer) }
    }

    /// The first of the rows with the largest product; nil where there is no memory to find it.
    ///
    /// x: [1, width]
    public func bestRow(_ x: Tensor) -> Int32? {
        precondition(x.rows == 1 && x.width == weight.width, "\(x.shape) meets rows of \(weight.width)")
        let copy = copy.withLock {
            if case .missing = $0 {
                $0 = .made(
                    pb_screen_make(
                        weight.elementType.kernelElement, weight.rows, weight.width, weight.storage.pointer))
            }
            return $0
        }
        guard case .made(let pointer?) = copy else { return nil }
        return pb_screen_best(pointer, x.floats)
    }
}
