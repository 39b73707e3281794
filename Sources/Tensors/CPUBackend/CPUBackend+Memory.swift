import CKernels

extension Backend where Self == CPUBackend {
    /// The backend of who names none: the processor's.
    public static var standard: CPUBackend { CPUBackend() }
}

/// Tensors in the program's own memory.
extension CPUBackend {
    public func allocate(bytes: Int, zeroed: Bool) -> any TensorStorage {
        HostMemory(bytes: bytes, zeroed: zeroed)
    }

    public func adopt(
        _ pointer: UnsafeMutableRawPointer, bytes: Int, elementType: ElementType, of owner: AnyObject
    ) -> any TensorStorage {
        // Blocks are read byte by byte.
        if elementType.isBlocked || UInt(bitPattern: pointer) % UInt(elementType.size) == 0 {
            return HostMemory(mapped: pointer, owner: owner)
        }
        let copy = HostMemory(bytes: bytes, zeroed: false)
        copy.pointer.copyMemory(from: pointer, byteCount: bytes)
        return copy
    }

    public func read(_ x: Tensor) -> [Float] {
        [Float](unsafeUninitializedCapacity: x.count) { buffer, initialized in
            if let base = buffer.baseAddress {
                pb_widen(x.elementType.kernelElement, x.count, x.pointer, base)
            }
            initialized = x.count
        }
    }

    public func write(_ values: [Float], to y: Tensor) {
        y.floats.update(from: values, count: values.count)
    }

    public func element(_ index: Int, of x: Tensor) -> Float { x.floats[index] }

    public func setElement(_ index: Int, of y: Tensor, to value: Float) { y.floats[index] = value }

    public func widen(_ x: Tensor, into y: Tensor) {
        pb_widen(x.elementType.kernelElement, x.count, x.pointer, y.floats)
    }

    public func copyRows(_ x: Tensor, _ rows: Range<Int>, to y: Tensor, at first: Int) {
        (y.floats + first * y.width).update(
            from: x.floats + rows.lowerBound * x.width, count: rows.count * x.width)
    }

    public func storeHeads(_ x: Tensor, to rows: [Int32], of y: Tensor) {
        pb_store_heads(
            y.elementType.kernelElement, rows.count, y.shape[0], y.width, x.floats, rows, y.shape[1],
            y.pointer)
    }

    public func copyHeads(_ x: Tensor, _ rows: [[Int32]], to y: Tensor, at first: Int) {
        let bytes = x.elementType.bytes(of: x.width)
        for (head, rows) in rows.enumerated() {
            let source = x.pointer + head * x.shape[1] * bytes
            var target = y.pointer + (head * y.shape[1] + first) * bytes
            for row in rows {
                target.copyMemory(from: source + Int(row) * bytes, byteCount: bytes)
                target += bytes
            }
        }
    }

    public func attentionPlan(_ visibility: Visibility) -> any AttentionPlan { CPUAttentionPlan(visibility) }
}

extension Tensor {
    /// Numbers as they are stored.
    var pointer: UnsafeMutableRawPointer {
        guard let host else { preconditionFailure("a tensor of another backend: \(type(of: storage))") }
        return host
    }

    /// The elements of a float32 tensor.
    var floats: UnsafeMutablePointer<Float> {
        precondition(elementType == .float32, "\(elementType) is read through its operation")
        return pointer.assumingMemoryBound(to: Float.self)
    }
}

extension ElementType {
    var kernelElement: pb_element {
        switch self {
        case .float32: PB_FLOAT32
        case .bfloat16: PB_BFLOAT16
        case .float16: PB_FLOAT16
        case .q4_0: PB_Q4_0
        case .q4_1: PB_Q4_1
        case .q5_0: PB_Q5_0
        case .q5_1: PB_Q5_1
        case .q8_0: PB_Q8_0
        case .q4_K: PB_Q4_K
        case .q5_K: PB_Q5_K
        case .q6_K: PB_Q6_K
        }
    }
}
