import CKernels
import Seeding

/// A dense row-major array of numbers with, when it takes part in training, its gradient.
public final class Tensor {
    /// Sizes from the outermost dimension in; most tensors are `[rows, width]`.
    public let shape: [Int]
    public let elementType: ElementType
    /// Whether an optimiser may change it and a tape must compute its gradient.
    public var isTrainable = false {
        didSet { precondition(elementType == .float32 || !isTrainable, "only float32 is trained") }
    }
    /// Whether anything behind it is trainable.
    var needsGradient: Bool { isTrainable || isDerived }
    var isDerived = false
    /// d(loss)/d(self), of the same shape; nil until a backward pass reaches it.
    public internal(set) var gradient: Tensor?
    let storage: Storage

    /// Zeros.
    public init(shape: [Int]) {
        precondition(shape.allSatisfy { $0 >= 0 }, "a shape has no negative size: \(shape)")
        self.shape = shape
        elementType = .float32
        storage = Storage(floats: shape.reduce(1, *))
    }

    /// Any content: for what is written before it is read.
    public init(uninitialized shape: [Int], elementType: ElementType = .float32) {
        self.shape = shape
        self.elementType = elementType
        storage = Storage(floats: (shape.reduce(1, *) * elementType.size + 3) / 4, zeroed: false)
    }

    /// values: as many as the shape holds.
    public convenience init(_ values: [Float], shape: [Int]) {
        self.init(uninitialized: shape)
        precondition(values.count == count, "\(values.count) values do not fill \(shape)")
        floats.update(from: values, count: count)
    }

    /// Normally distributed numbers (Box-Muller).
    public convenience init(
        normal deviation: Double, shape: [Int], using generator: inout SeededGenerator
    ) {
        self.init(uninitialized: shape)
        for i in 0..<count { floats[i] = Float(generator.normal() * deviation) }
    }

    init(shape: [Int], elementType: ElementType, storage: Storage) {
        self.shape = shape
        self.elementType = elementType
        self.storage = storage
    }

    public var count: Int { shape.reduce(1, *) }
    /// The size of the last dimension.
    public var width: Int { shape.last ?? 1 }
    /// The number of rows of `width` elements.
    public var rows: Int { width == 0 ? 0 : count / width }
    /// Bytes that its numbers take.
    public var byteCount: Int { count * elementType.size }

    /// The elements of a float32 tensor.
    var floats: UnsafeMutablePointer<Float> {
        precondition(elementType == .float32, "\(elementType) is read through its operation")
        return storage.pointer.assumingMemoryBound(to: Float.self)
    }

    /// A copy of the elements, widened to float32.
    public var values: [Float] {
        [Float](unsafeUninitializedCapacity: count) { buffer, initialized in
            if let base = buffer.baseAddress {
                pb_widen(elementType.kernelElement, count, storage.pointer, base)
            }
            initialized = count
        }
    }

    /// A float32 copy with memory of its own.
    public func copy() -> Tensor {
        let result = Tensor(uninitialized: shape)
        pb_widen(elementType.kernelElement, count, storage.pointer, result.floats)
        return result
    }

    /// Replaces the elements.
    public func assign(_ values: [Float]) {
        precondition(values.count == count, "\(values.count) values do not fill \(shape)")
        floats.update(from: values, count: count)
    }

    /// Copies rows of another tensor over this one's, from `row` on.
    public func replaceRows(from row: Int, with other: Tensor) {
        precondition(other.width == width && row + other.rows <= rows, "\(other.shape) at \(row) in \(shape)")
        (floats + row * width).update(from: other.floats, count: other.count)
    }

    public subscript(row: Int, column: Int) -> Float {
        get {
            precondition(row < rows && column < width, "[\(row), \(column)] is outside \(shape)")
            return floats[row * width + column]
        }
        set {
            precondition(row < rows && column < width, "[\(row), \(column)] is outside \(shape)")
            floats[row * width + column] = newValue
        }
    }

    /// Rows `range` as a tensor of their own.
    public func rowsCopy(_ range: Range<Int>) -> Tensor {
        precondition(range.upperBound <= rows, "rows \(range) of \(shape)")
        let result = Tensor(uninitialized: [range.count, width])
        result.floats.update(from: floats + range.lowerBound * width, count: result.count)
        return result
    }

    public func clearGradient() {
        gradient = nil
    }

    /// The gradient, made of zeros on first use.
    func gradientForAdding() -> Tensor {
        if let gradient { return gradient }
        let made = Tensor(shape: shape)
        gradient = made
        return made
    }

    /// The gradient for one that writes all of it: what is there is to be kept where `adding`, and is
    /// any content otherwise.
    func gradientForWriting() -> (tensor: Tensor, adding: Bool) {
        if let gradient { return (gradient, true) }
        let made = Tensor(uninitialized: shape)
        gradient = made
        return (made, false)
    }

    /// Adds a gradient of the same shape that nobody else needs.
    func addGradient(consuming other: Tensor, on backend: any Backend) {
        if let gradient { backend.add(other, scaledBy: 1, to: gradient) } else { gradient = other }
    }

    /// Whether every element is a finite number.
    public var isFinite: Bool {
        values.allSatisfy(\.isFinite)
    }
}

extension ElementType {
    var kernelElement: pb_element {
        switch self {
        case .float32: PB_FLOAT32
        case .bfloat16: PB_BFLOAT16
        case .float16: PB_FLOAT16
        }
    }
}

extension Tensor {
    /// Copies one row of another tensor over one of this.
    public func copyRow(_ source: Int, of other: Tensor, to row: Int) {
        precondition(
            other.width == width && source < other.rows && row < rows,
            "row \(source) of \(other.shape) to row \(row) of \(shape)")
        (floats + row * width).update(from: other.floats + source * width, count: width)
    }

    /// Copies row i of another tensor, [rows, heads × width], to `rows[i]` of each head of this,
    /// [heads, capacity, width], rounded where this is bfloat16.
    public func copyHeads(of other: Tensor, to rows: [Int]) {
        let (heads, capacity) = (shape[0], shape[1])
        precondition(
            shape.count == 3 && other.width == heads * width && other.rows == rows.count
                && rows.allSatisfy { $0 < capacity },
            "\(other.shape) to rows up to \(rows.max() ?? 0) of \(shape)")
        pb_store_heads(
            elementType.kernelElement, rows.count, heads, width, other.floats, rows.map { Int32($0) },
            capacity,
            storage.pointer)
    }
}
