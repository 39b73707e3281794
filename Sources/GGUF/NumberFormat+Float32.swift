/// Numbers as the `gguf` package gives them, to the bit: the same operations in the same order, in float32.
extension NumberFormat {
    /// - Parameter bytes: whole blocks
    func numbers(_ bytes: UnsafeRawBufferPointer) -> [Float] {
        let count = bytes.count / block.bytes * block.numbers
        return [Float](unsafeUninitializedCapacity: count) { result, initialized in
            for i in 0..<bytes.count / block.bytes {
                let block = Block(bytes: bytes, start: i * self.block.bytes)
                let out = UnsafeMutableBufferPointer(
                    rebasing: result[i * self.block.numbers..<(i + 1) * self.block.numbers])
                write(block, to: out)
            }
            initialized = count
        }
    }

    private func write(_ block: Block, to out: UnsafeMutableBufferPointer<Float>) {
        switch self {
        case .float32: out[0] = Float(bitPattern: block.integer(0))
        case .float16: out[0] = block.half(0)
        case .bfloat16: out[0] = Float(bitPattern: UInt32(block.integer(0) as UInt16) << 16)
        case .q4_0:
            let scale = block.half(0)
            for i in 0..<32 { out[i] = scale * Float(Int(block.nibble(i, from: 2)) - 8) }
        case .q4_1:
            let (scale, least) = (block.half(0), block.half(2))
            for i in 0..<32 { out[i] = scale * Float(block.nibble(i, from: 4)) + least }
        case .q5_0:
            let (scale, high) = (block.half(0), block.integer(2) as UInt32)
            for i in 0..<32 {
                let q = Int(block.nibble(i, from: 6)) | Int(high >> UInt32(i) & 1) << 4
                out[i] = scale * Float(q - 16)
            }
        case .q5_1:
            let (scale, least, high) = (block.half(0), block.half(2), block.integer(4) as UInt32)
            for i in 0..<32 {
                let q = Int(block.nibble(i, from: 8)) | Int(high >> UInt32(i) & 1) << 4
                out[i] = scale * Float(q) + least
            }
        case .q8_0:
            let scale = block.half(0)
            for i in 0..<32 { out[i] = Float(Int8(bitPattern: block[2 + i])) * scale }
        case .q4_K: writeK(block, high: nil, low: 16, to: out)
        case .q5_K: writeK(block, high: 16, low: 48, to: out)
        case .q6_K: write6K(block, to: out)
        }
    }

    /// Eight groups of 32, each with a scale and a least of 6 bits.
    /// - Parameters:
    ///   - high: where the fifth bits are, if there are any
    ///   - low: where the lower four are: 32 bytes hold two groups
    private func writeK(_ block: Block, high: Int?, low: Int, to out: UnsafeMutableBufferPointer<Float>) {
        let (scale, least) = (block.half(0), block.half(2))
        for group in 0..<8 {
            let packed = block.scaleAndLeast(group)
            let (own, ownLeast) = (scale * Float(packed.scale), least * Float(packed.least))
            for i in 0..<32 {
                let byte = block[low + group / 2 * 32 + i]
                var q = Int(group % 2 == 0 ? byte & 15 : byte >> 4)
                if let high { q |= Int(block[high + i] >> UInt8(group) & 1) << 4 }
                out[group * 32 + i] = own * Float(q) - ownLeast
            }
        }
    }

    /// Sixteen groups of 16 with scales of 8 bits; lower bits first, then the upper two, then the scales.
    private func write6K(_ block: Block, to out: UnsafeMutableBufferPointer<Float>) {
        let scale = block.half(208)
        for i in 0..<256 {
            let (half, part, place) = (i / 128, i / 32 % 4, i % 32)
            let low = block[half * 64 + part % 2 * 32 + place] >> (part < 2 ? 0 : 4) & 15
            let high = block[128 + half * 32 + place] >> UInt8(2 * part) & 3
            let own = scale * Float(Int8(bitPattern: block[192 + i / 16]))
            out[i] = own * Float(Int(low | high << 4) - 32)
        }
    }
}

/// The bytes of one block.
private struct Block {
    let bytes: UnsafeRawBufferPointer
    let start: Int

    subscript(offset: Int) -> UInt8 { bytes[start + offset] }

    func integer<Number: FixedWidthInteger>(_ offset: Int) -> Number {
        Number(littleEndian: bytes.loadUnaligned(fromByteOffset: start + offset, as: Number.self))
    }

    /// A float16, widened.
    func half(_ offset: Int) -> Float {
        let bits: UInt16 = integer(offset)
        let sign = UInt32(bits & 0x8000) << 16
        let (exponent, fraction) = (UInt32(bits >> 10 & 31), UInt32(bits & 1023))
        switch exponent {
        // Subnormal: fraction times 2 to the -24.
        case 0:
            return Float(
                sign: sign == 0 ? .plus : .minus, exponent: 0, significand: Float(fraction) * 0x1p-24)
        case 31: return Float(bitPattern: sign | 0x7f80_0000 | fraction << 13)
        default: return Float(bitPattern: sign | (exponent + 112) << 23 | fraction << 13)
        }
    }

    /// Number i of 32, of which a byte holds two: the first sixteen are the lower halves.
    func nibble(_ i: Int, from offset: Int) -> UInt8 {
        i < 16 ? self[offset + i] & 15 : self[offset + i - 16] >> 4
    }

    /// The scale and the least of one of eight groups, six bits each of twelve bytes behind two float16.
    func scaleAndLeast(_ group: Int) -> (scale: UInt8, least: UInt8) {
        if group < 4 { return (self[4 + group] & 63, self[8 + group] & 63) }
        let (scale, least, both) = (self[group], self[4 + group], self[8 + group])
        return (both & 15 | scale >> 2 & 48, both >> 4 | least >> 2 & 48)
    }
}
