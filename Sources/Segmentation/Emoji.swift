/// The property Extended_Pictographic, which Swift's scalar properties lack.
enum Emoji {
    static func isPictograph(_ scalar: Unicode.Scalar) -> Bool {
        let properties = scalar.properties
        let isEmoji = properties.isEmoji && !scalar.isASCII && !properties.isEmojiModifier
        return isEmoji && !(0x1F1E6...0x1F1FF).contains(scalar.value)
            || beyondEmoji.contains { $0.contains(scalar.value) }
    }

    /// Ranges that hold what Extended_Pictographic has beyond Emoji, in Unicode 16.
    private static let beyondEmoji: [ClosedRange<UInt32>] = [
        0x2388...0x2388, 0x2605...0x2605, 0x2607...0x2612, 0x2616...0x2685, 0x2690...0x2704, 0x270E...0x2711,
        0x2765...0x2767, 0x1F000...0x1F0FF, 0x1F10D...0x1F10F, 0x1F12F...0x1F12F, 0x1F16C...0x1F16F,
        0x1F1AD...0x1F1E5, 0x1F203...0x1F20F, 0x1F23C...0x1F23F, 0x1F249...0x1F3F6, 0x1F4FE...0x1F4FE,
        0x1F546...0x1F5F9, 0x1F6C6...0x1F6FF, 0x1F774...0x1F77F, 0x1F7D5...0x1F7FF, 0x1F80C...0x1F80F,
        0x1F848...0x1F84F, 0x1F85A...0x1F85F, 0x1F888...0x1F88F, 0x1F8AE...0x1F8FF, 0x1FA00...0x1FAFF,
        0x1FC00...0x1FFFD,
    ]
}
