import Seeding

/// A dense row-major array of numbers with, when it takes part in training, its gradient.
///
/// `@unchecked Sendable`: threads share tensors that none of them writes to or trains; one that is computed or
/// trained is one thread's until the others are told of it.
public final class Tensor: @unchecked Sendable {
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
    public let storage: any TensorStorage
    /// The storage's, at hand.
    let host: UnsafeMutableRawPointer?

    /// Zeros.
    public convenience init(shape: [Int], on backend: any Backend = .standard) {
        precondition(shape.allSatisfy { $0 >= 0 }, "a shape has no negative size: \(shape)")
        let bytes = ElementType.float32.bytes(of: shape.reduce(1, *))
        self.init(
            shape: shape, elementType: .float32, storage: backend.allocate(bytes: bytes, zeroed: true))
    }

    /// Any content: for what is written before it is read.
    public convenience init(
        uninitialized shape: [Int], elementType: ElementType = .float32, on backend: any Backend = .standard
    ) {
        let bytes = elementType.bytes(of: shape.reduce(1, *))
        self.init(
            shape: shape, elementType: elementType, storage: backend.allocate(bytes: bytes, zeroed: false))
    }

    /// values: as many as the shape holds.
    public convenience init(_ values: [Float], shape: [Int], on backend: any Backend = .standard) {
        self.init(uninitialized: shape, on: backend)
        assign(values)
    }

    /// Normally distributed numbers (Box-Muller).
    public convenience init(
        normal deviation: Double, shape: [Int], using generator: inout SeededGenerator
    ) {
        let values = (0..<shape.reduce(1, *)).map { _ in Float(generator.normal() * deviation) }
        self.init(values, shape: shape)
    }

    /// storage: at least as many numbers as the shape holds
    public init(shape: [Int], elementType: ElementType, storage: any TensorStorage) {
        self.shape = shape
        self.elementType = elementType
        self.storage = storage
        host = storage.host
    }

    /// Who keeps it.
    public var backend: any Backend { storage.backend }

    public var count: Int { shape.reduce(1, *) }
    /// The size of the last dimension.
    public var width: Int { shape.last ?? 1 }
    /// The number of rows of `width` elements.
    public var rows: Int { width == 0 ? 0 : count / width }
    /// Bytes that its numbers take.
    public var byteCount: Int { elementType.bytes(of: count) }

    /// A copy of the elements, widened to float32.
    public var values: [Float] { backend.read(self) }

    /// A float32 copy with memory of its own.
    public func copy() -> Tensor {
        let result = Tensor(uninitialized: shape, on: backend)
        backend.widen(self, into: result)
        return result
    }

    /// A copy in bfloat16, each number rounded to the nearest.
    public func rounded() -> Tensor {
        let result = Tensor(uninitialized: [1, rows, width], elementType: .bfloat16, on: backend)
        backend.storeHeads(self, to: (0..<Int32(rows)).map { $0 }, of: result)
        return Tensor(shape: shape, elementType: .bfloat16, storage: result.storage)
    }

    /// Replaces the elements.
    public func assign(_ values: [Float]) {
        precondition(values.count == count, "\(values.count) values do not fill \(shape)")
        backend.write(values, to: self)
    }

    /// Copies rows of another tensor over this one's, from `row` on.
    public func replaceRows(from row: Int, with other: Tensor) {
        precondition(other.width == width && row + other.rows <= rows, "\(other.shape) at \(row) in \(shape)")
        backend.copyRows(other, 0..<other.rows, to: self, at: row)
    }

    public subscript(row: Int, column: Int) -> Float {
        get {
            precondition(row < rows && column < width, "[\(row), \(column)] is outside \(shape)")
            return backend.element(row * width + column, of: self)
        }
        set {
            precondition(row < rows && column < width, "[\(row), \(column)] is outside \(shape)")
            backend.setElement(row * width + column, of: self, to: newValue)
        }
    }

    /// Rows `range` as a tensor of their own.
    public func rowsCopy(_ range: Range<Int>) -> Tensor {
        precondition(range.upperBound <= rows, "rows \(range) of \(shape)")
        let result = Tensor(uninitialized: [range.count, width], on: backend)
        backend.copyRows(self, range, to: result, at: 0)
        return result
    }

    /// Entries of the first dimension in another order, as they are stored.
    public func selectingRows(_ order: [Int32]) -> Tensor {
        let width = shape.dropFirst().reduce(1, *)
        precondition(order.allSatisfy { $0 >= 0 && $0 < shape[0] }, "entries \(order.max() ?? 0) of \(shape)")
        let result = Tensor(uninitialized: [1, order.count, width], elementType: elementType, on: backend)
        backend.copyHeads(
            Tensor(shape: [1, shape[0], width], elementType: elementType, storage: storage), [order],
            to: result, at: 0)
        return Tensor(
            shape: [order.count] + shape.dropFirst(), elementType: elementType, storage: result.storage)
    }

    /// Rows `range` of a tensor that nobody writes to, as they are stored: in its memory, where the program reaches
    /// that, and widened to float32 elsewhere.
    public func sharedRows(_ range: Range<Int>) -> Tensor {
        precondition(range.upperBound <= rows, "rows \(range) of \(shape)")
        guard let host else { return copy().rowsCopy(range) }
        let bytes = elementType.bytes(of: width)
        let storage = backend.adopt(
            host + range.lowerBound * bytes, bytes: range.count * bytes, elementType: elementType, of: storage
        )
        return Tensor(shape: [range.count, width], elementType: elementType, storage: storage)
    }

    public func clearGradient() {
        gradient = nil
    }

    /// The gradient, made of zeros on first use.
    func gradientForAdding() -> Tensor {
        if let gradient { return gradient }
        let made = Tensor(shape: shape, on: backend)
        gradient = made
        return made
    }

    /// The gradient for one that writes all of it: what is there is to be kept where `adding`, and is
    /// any content otherwise.
    func gradientForWriting() -> (tensor: Tensor, adding: Bool) {
        if let gradient { return (gradient, true) }
        let made = Tensor(uninitialized: shape, on: backend)
        gradient = made
        return (made, false)
    }

    /// Adds a gradient of the same shape that nobody else needs.
    func addGradient(consuming other: Tensor, on backend: any Backend) {
        if let gradient { backend.add(other, scaledBy: 1, to: gradient) } else { gradient = other }
    }

    /// The L2 norm of each row of `width` elements.
    public var rowNorms: [Float] {
        let values = values
        return (0..<rows).map { row in
            let sum = values[row * width..<(row + 1) * width].reduce(0) { $0 + Double($1) * Double($1) }
            return Float(sum.squareRoot())
        }
    }

    /// Whether every element is a finite number.
    public var isFinite: Bool {
        values.allSatisfy(\.isFinite)
    }
}
