import LanguageModels
import SoftPrompts
import Tensors

/// The decoder's rows of some lessons, and what they are to predict.
struct LessonBatch {
    private(set) var rows = RowAssembly()
    private var predicting: [Int32] = []
    private var targets: [Int32] = []
    private var weights: [Float] = []
    /// What stands for contexts; nil where they are there in full.
    private let prompts: SoftPrompts?
    /// Keys in front of the rows' own.
    private let ahead: Int
    /// The rows of each lesson's context, where it is there in full.
    private(set) var contexts: [Range<Int>] = []

    /// Lessons behind their full contexts.
    /// - Parameter documentWeight: of predicting the contexts themselves, against the tails' 1
    init(_ lessons: [Lesson], documentWeight: Float) {
        prompts = nil
        ahead = 0
        for lesson in lessons {
            let context = rows.append(tokens: lesson.prefix + lesson.context, firstPosition: 0)
            append(lesson.tails, position: context.count, seeing: [context])
            contexts.append(context.dropFirst(lesson.prefix.count))
        }
        normalizeWeights(to: 1, from: 0)
        guard documentWeight > 0 else { return }
        let first = weights.count
        for (lesson, rows) in zip(lessons, contexts) {
            // What nothing stands before is not predicted.
            for (row, token) in zip(rows, lesson.context).dropFirst(lesson.prefix.isEmpty ? 1 : 0) {
                predicting.append(Int32(row - 1))
                targets.append(token)
                weights.append(1)
            }
        }
        normalizeWeights(to: documentWeight, from: first)
    }

    /// Lessons behind what stands for their contexts.
    /// - Parameter encoded: tokens in front of each context where keys and values were made; those keep their
    ///   positions
    init(_ lessons: [Lesson], behind prompts: SoftPrompts, encoded: Int) {
        self.prompts = prompts
        // Keys that were made before stand in front of the rows' own.
        ahead = prompts.keys?.positions.count ?? 0
        for (i, lesson) in lessons.enumerated() {
            // Where the context begins: only distances count, so that a longer prefix may begin before 0.
            let first = prompts.keys == nil ? lesson.prefix.count : encoded
            let begin = rows.append(
                tokens: lesson.prefix, firstPosition: first - lesson.prefix.count, key: ahead + rows.count)
            var seen = [begin]
            switch prompts.form {
            case .keys: seen.append(prompts.ranges[i])
            case .slots:
                for (slot, position) in zip(prompts.ranges[i], prompts.positions[i]) {
                    rows.append(
                        slot: slot, position: first + position, seeing: [begin.lowerBound..<rows.count])
                }
                seen = [begin.lowerBound..<rows.count]
            }
            append(lesson.tails, position: first + prompts.next[i], seeing: seen)
        }
        normalizeWeights(to: 1, from: 0)
    }

    private mutating func append(_ tails: [Lesson.Tail], position: Int, seeing context: [Range<Int>]) {
        for tail in tails {
            let own = rows.append(
                tokens: tail.prompt + tail.target.dropLast(), firstPosition: position,
                key: ahead + rows.count, seeing: context)
            predicting += own.suffix(tail.target.count).map { Int32($0 - ahead) }
            targets += tail.target
            weights += tail.target.map { _ in tail.weight }
        }
    }

    private mutating func normalizeWeights(to sum: Float, from first: Int) {
        let total = weights[first...].reduce(0, +)
        for i in first..<weights.count { weights[i] *= sum / total }
    }

    /// The weighted mean of the cross-entropy; result: [1]
    /// - Parameter embeddings: the input embeddings of all rows, where they are not to be made
    func loss(
        of model: LanguageModel, adapter: LowRankAdapter? = nil, embeddings: Tensor? = nil, in c: Computation
    ) -> Tensor {
        // In the order of the rows, so that neighbours see similar keys.
        let order = predicting.indices.sorted { predicting[$0] < predicting[$1] }
        let hidden = model.hidden(
            embeddings ?? rows.embeddings(slots: prompts?.slots, of: model, in: c), positions: rows.positions,
            visibility: rows.visibility, behind: prompts?.keys, adapter: adapter,
            results: order.map { predicting[$0] }, in: c)
        return c.crossEntropy(
            model.logits(hidden, in: c), targets: order.map { targets[$0] },
            weights: order.map { weights[$0] })
    }
}
