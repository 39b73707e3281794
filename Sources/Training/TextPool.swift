import Seeding

/// Texts to draw lessons from whose contexts have some lengths.
struct TextPool {
    private let lengths: ClosedRange<Int>
    private let continuation: Int
    private let asked: [TrainingTexts.Text]
    private let read, continued: Stretches

    /// Those that are long enough for something, and where each ends in them all together.
    private struct Stretches {
        private(set) var texts: [[Int32]] = []
        private var ends: [Int] = []

        init(_ texts: [TrainingTexts.Text], ofAtLeast least: Int) {
            for text in texts where text.tokens.count >= least {
                self.texts.append(text.tokens)
                ends.append((ends.last ?? 0) + text.tokens.count)
            }
        }

        /// One of them, the longer the more likely.
        func drawn(using generator: inout SeededGenerator) -> [Int32] {
            let place = generator.integer(below: ends.last ?? 0)
            var (low, high) = (0, ends.count)
            while low < high {
                let middle = (low + high) / 2
                if ends[middle] > place { high = middle } else { low = middle + 1 }
            }
            return texts[low]
        }
    }

    /// - Parameters:
    ///   - lengths: tokens of a context
    ///   - continuation: tokens behind one that is gone on with
    init(_ texts: [TrainingTexts.Text], lengths: ClosedRange<Int>, continuation: Int) {
        self.lengths = lengths
        self.continuation = continuation
        asked = texts.filter { !$0.questions.isEmpty && lengths ~= $0.tokens.count }
        read = Stretches(texts, ofAtLeast: lengths.lowerBound)
        continued = Stretches(texts, ofAtLeast: lengths.lowerBound + continuation)
    }

    /// Whether it has something for lessons of a kind.
    func has(_ kind: LessonKind) -> Bool {
        switch kind {
        case .answers: !asked.isEmpty
        case .readBack: !read.texts.isEmpty
        case .continuation: !continued.texts.isEmpty
        }
    }

    /// A text that something is asked about, each as likely as the others.
    func asked(using generator: inout SeededGenerator) -> TrainingTexts.Text { generator.element(of: asked) }

    func stretch(using generator: inout SeededGenerator) -> ArraySlice<Int32> {
        drawn(from: read, behind: 0, using: &generator).context
    }

    func stretchWithContinuation(using generator: inout SeededGenerator) -> (
        context: ArraySlice<Int32>, behind: ArraySlice<Int32>
    ) { drawn(from: continued, behind: continuation, using: &generator) }

    private func drawn(
        from stretches: Stretches, behind count: Int, using generator: inout SeededGenerator
    ) -> (context: ArraySlice<Int32>, behind: ArraySlice<Int32>) {
        let tokens = stretches.drawn(using: &generator)
        let length = generator.integer(
            in: lengths.lowerBound...min(lengths.upperBound, tokens.count - count))
        let first = generator.integer(in: 0...tokens.count - count - length)
        return (tokens[first..<first + length], tokens[first + length..<first + length + count])
    }
}
