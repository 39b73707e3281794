import LanguageModels
import SoftPrompts
import Tensors

/// The decoder's rows of some lessons, and what they are to predict.
struct LessonBatch {
    private(set) var rows = RowAssembly()
    private var predicting: [Int32] = []
    private var targets: [Int32] = []
    private var weights: [Float] = []

    /// Lessons behind their full contexts.
    /// - Parameter documentWeight: of predicting the contexts themselves, against the tails' 1
    init(_ lessons: [Lesson], prefix: [Int32], documentWeight: Float) {
        var documentRows: [(Range<Int>, [Int32])] = []
        for lesson in lessons {
            let context = rows.append(tokens: prefix + lesson.context, firstPosition: 0)
            append(lesson.tails, position: context.count, seeing: context)
            documentRows.append((context.dropFirst(prefix.count - 1), lesson.context))
        }
        normalizeWeights(to: 1, from: 0)
        guard documentWeight > 0 else { return }
        let first = weights.count
        for (rows, context) in documentRows {
            for (row, token) in zip(rows, context) {
                predicting.append(Int32(row))
                targets.append(token)
                weights.append(1)
            }
        }
        normalizeWeights(to: documentWeight, from: first)
    }

    /// Lessons behind the slots of their contexts.
    init(_ lessons: [Lesson], behind prompts: SoftPrompts, prefix: [Int32]) {
        for (i, lesson) in lessons.enumerated() {
            let first = rows.count
            rows.append(tokens: prefix, firstPosition: 0)
            for (slot, position) in zip(prompts.ranges[i], prompts.positions[i]) {
                rows.append(slot: slot, position: prefix.count + position, seeing: [first..<rows.count])
            }
            append(lesson.tails, position: prefix.count + prompts.next[i], seeing: first..<rows.count)
        }
        normalizeWeights(to: 1, from: 0)
    }

    private mutating func append(_ tails: [Lesson.Tail], position: Int, seeing context: Range<Int>) {
        for tail in tails {
            let own = rows.append(
                tokens: tail.prompt + tail.target.dropLast(), firstPosition: position, seeing: [context])
            predicting += own.suffix(tail.target.count).map { Int32($0) }
            targets += tail.target
            weights += tail.target.map { _ in tail.weight }
        }
    }

    private mutating func normalizeWeights(to sum: Float, from first: Int) {
        let total = weights[first...].reduce(0, +)
        for i in first..<weights.count { weights[i] *= sum / total }
    }

    /// The weighted cross-entropy; slots: [slots, hidden] or nil; result: [1]
    func loss(of model: LanguageModel, slots: Tensor? = nil, in c: Computation) -> Tensor {
        // In the order of the rows, so that neighbours see similar keys.
        let order = predicting.indices.sorted { predicting[$0] < predicting[$1] }
        let hidden = model.hidden(
            rows.embeddings(slots: slots, of: model, in: c), positions: rows.positions,
            visibility: rows.visibility, results: order.map { predicting[$0] }, in: c)
        return c.crossEntropy(
            model.logits(hidden, in: c), targets: order.map { targets[$0] },
            weights: order.map { weights[$0] })
    }
}
