import Foundation
import Tensors

/// What was measured, with everything that a table needs beside it.
struct BenchMeasurement: Encodable {
    /// `prefill`, `decode` …
    let what: String
    /// The model, the method: what it was measured on.
    let subject: String
    /// Things done in one repetition: `units` of them.
    let count: Double
    let units: String
    /// Of each repetition.
    let seconds: [Double]
    let perSecond: Double
    let cpu: String
    let threads: Int
    /// The most memory that the process ever held.
    let peakBytes: Int
    /// What it holds behind the last repetition.
    let residentBytes: Int
    /// Greedily chosen tokens, to compare with another program's.
    var output: [Int32]?

    init(
        _ what: String, of subject: String, count: Double, units: String, seconds: [Double],
        output: [Int32]? = nil
    ) {
        self.what = what
        self.subject = subject
        self.count = count
        self.units = units
        self.seconds = seconds
        self.output = output
        perSecond = count / max(Self.median(seconds), .leastNormalMagnitude)
        cpu = Machine.cpu
        threads = Threads.count
        peakBytes = Machine.peakBytes
        residentBytes = Machine.residentBytes
    }

    /// `prefill of smol: 900.1 tokens/s (median of 5: 568.8 ms), 2 threads of AMD EPYC, peak 612 MiB`
    var text: String {
        let rate = perSecond.formatted(.number.precision(.fractionLength(perSecond < 1000 ? 1 : 0)))
        let time = (Self.median(seconds) * 1000).formatted(.number.precision(.significantDigits(4)))
        return "\(what) of \(subject): \(rate) \(units)/s (median of \(seconds.count): \(time) ms), "
            + "\(threads) threads of \(cpu), peak \(peakBytes >> 20) MiB"
    }

    static func median(_ values: [Double]) -> Double {
        let sorted = values.sorted()
        guard !sorted.isEmpty else { return .nan }
        return (sorted[(sorted.count - 1) / 2] + sorted[sorted.count / 2]) / 2
    }
}
