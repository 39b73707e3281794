import Foundation

/// From values to places on the drawing.
struct Scale {
    let from, to: Double
    let ticks: [Double]
    private let low, high: Double
    private let isLogarithmic: Bool

    init(_ axis: LineChart.Axis, _ values: [Double], from: Double, to: Double) {
        self.from = from
        self.to = to
        isLogarithmic = axis.isLogarithmic
        // What cannot be drawn has no place: what is foreign may hold any number.
        let values = values.filter { abs($0) <= 1e15 }
        let positive = axis.isLogarithmic ? values.filter { $0 >= 1e-15 } : values
        var low = axis.range?.lowerBound ?? positive.min() ?? 0
        var high = axis.range?.upperBound ?? positive.max() ?? 1
        if low >= high { high = low + max(abs(low), 1) }
        if axis.isLogarithmic {
            (low, high) = (low / 1.15, high * 1.15)
            ticks = axis.ticks ?? Self.powers(low...high)
        } else {
            ticks = axis.ticks ?? Self.steps(low...high)
            low = min(low, ticks.first ?? low)
            high = max(high, ticks.last ?? high)
        }
        (self.low, self.high) = (low, high)
    }

    func callAsFunction(_ value: Double) -> Double {
        guard value.isFinite else { return from }
        let fraction =
            isLogarithmic
            ? log(max(value, low) / low) / log(high / low) : (value - low) / (high - low)
        return from + min(1.02, max(-0.02, fraction)) * (to - from)
    }

    /// About five round numbers.
    static func steps(_ range: ClosedRange<Double>) -> [Double] {
        let raw = (range.upperBound - range.lowerBound) / 5
        guard raw > 0, raw.isFinite else { return [range.lowerBound, range.upperBound] }
        let magnitude = pow(10, floor(log10(raw)))
        let step = ([1, 2, 5, 10].first { $0 * magnitude >= raw } ?? 10) * magnitude
        let first = floor(range.lowerBound / step + 1e-9)
        let last = ceil(range.upperBound / step - 1e-9)
        // Far from zero, one more is not always another number.
        guard 0...100 ~= last - first else { return [range.lowerBound, range.upperBound] }
        return (0...Int(last - first)).map { (first + Double($0)) * step }
    }

    /// Round numbers within the range: 1, 2, 5, 10 …, more of them where the range is short, powers
    /// of ten where it is long.
    static func powers(_ range: ClosedRange<Double>) -> [Double] {
        let exponents = Int(floor(log10(range.lowerBound)))...Int(ceil(log10(range.upperBound)))
        let choices: [[Double]] = [
            [1], [1, 2, 5], [1, 1.5, 2, 3, 5, 7], [1, 1.2, 1.5, 2, 2.5, 3, 4, 5, 6, 8],
        ]
        let ticks = choices.map { steps in
            exponents.flatMap { e in steps.map { $0 * pow(10, Double(e)) } }.filter(range.contains)
        }
        return ticks.first { $0.count >= 3 } ?? ticks[choices.count - 1]
    }
}
