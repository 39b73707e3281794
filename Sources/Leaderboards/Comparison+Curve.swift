import Results

extension Comparison {
    /// Which of two compressors learned faster, by one quality of their training logs.
    public struct Curve: Codable, Sendable, Equatable {
        /// Names of the methods.
        public var first: String
        public var second: String
        /// A quality of the training log, such as `em@8/16`.
        public var quality: String
        public var firstBest: Double
        public var secondBest: Double
        /// Optimiser steps, and seconds of them, until the second is at its best.
        public var secondStep: Int
        public var secondSeconds: Double
        /// Until the first is at least there; nil where it never is.
        public var firstStep: Int?
        public var firstSeconds: Double?
        /// 1 − firstSeconds ÷ secondSeconds
        public var saved: Double?
    }
}

extension Comparison.Curve {
    init?(_ quality: String, _ names: (String, String), _ first: [TrainingPoint], _ second: [TrainingPoint]) {
        let (a, b) = (first.filter { $0.name == quality }, second.filter { $0.name == quality })
        guard let best = b.map(\.value).max(), let reached = b.first(where: { $0.value == best }),
            let firstBest = a.map(\.value).max()
        else { return nil }
        let passed = a.first { $0.value >= best }
        self.init(
            first: names.0, second: names.1, quality: quality, firstBest: firstBest, secondBest: best,
            secondStep: reached.step,
            secondSeconds: reached.seconds, firstStep: passed?.step, firstSeconds: passed?.seconds,
            saved: passed.map { 1 - $0.seconds / reached.seconds })
    }
}
