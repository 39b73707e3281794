import CKernels
import Synchronization

/// Finds the row of a large weight whose product with a vector is largest: the row that all products
/// would show, from a quarter to a half of the weight's bytes.
///
/// A copy in 8 bits bounds every product, and only rows that may be best are computed (screen.c). It
/// is made at the first search, takes a byte an element, and lives as long as the weight's memory, which
/// must stay as it is.
final class RowScreen: Sendable {
    private let copy = Mutex(Copy.missing)

    private enum Copy: @unchecked Sendable {
        case missing
        /// Nil where there is no memory for one. The copy is never changed: any thread may read it.
        case made(OpaquePointer?)
    }

    deinit {
        if case .made(let pointer) = copy.withLock({ $0 }) { pb_screen_free(pointer) }
    }

    /// The first of the rows with the largest product; nil where there is no memory to find it.
    ///
    /// weight: [rows, width], the same at every call; x: [1, width]
    func bestRow(of weight: Tensor, for x: Tensor) -> Int32? {
        let copy = copy.withLock {
            if case .missing = $0 {
                $0 = .made(
                    pb_screen_make(
                        weight.elementType.kernelElement, weight.rows, weight.width, weight.pointer))
            }
            return $0
        }
        guard case .made(let pointer?) = copy else { return nil }
        return pb_screen_best(pointer, x.floats)
    }
}
