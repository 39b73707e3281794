import Budgets
import Contract
import HardPrompts
import SoftPrompts
import Tensors

/// The lessons of a step in as many packed passes as memory allows.
struct LessonPasses {
    let passes: [Pass]

    struct Pass {
        let lessons: [Lesson]
        let ratio: Ratio
        /// Of the step's lessons, by weight.
        let share: Float

        /// The lessons' mean loss, [1], and the rows of all models.
        func loss(
            of method: any TrainableMethod, with compressor: Compressor, in c: Computation
        ) throws -> (Tensor, tokens: Int) {
            let contexts = lessons.map { Context(tokens: $0.context, limit: .ratio(ratio)) }
            if let method = method as? any SoftPromptMethod {
                let prompts = method.encode(contexts, with: compressor, in: c)
                let batch = LessonBatch(lessons, behind: prompts, encoded: compressor.prefix.count)
                let encoded = contexts.reduce(0) { $0 + $1.tokens.count + $1.budget }
                let loss = batch.loss(of: compressor.base, adapter: compressor.decoderAdapter, in: c)
                return (loss, batch.rows.count + encoded)
            }
            let (needs, read) = TokenNeeds.of(lessons, for: compressor.base, on: c.backend)
            let (classes, _) = compressor.classes(of: contexts, in: c)
            let isNeeded = zip(contexts, needs).flatMap { context, needs in
                let kept = Set(Array(context.tokens.indices).ranked(by: needs).prefix(context.budget))
                return context.tokens.indices.map { Int32(kept.contains($0) ? 1 : 0) }
            }
            let weights = [Float](repeating: 1 / Float(isNeeded.count), count: isNeeded.count)
            return (
                c.crossEntropy(classes, targets: isNeeded, weights: weights), read + isNeeded.count
            )
        }
    }

    /// - Parameter most: of the contexts' tokens in one pass, unless one context alone has more; nil for any number
    init(_ lessons: [Lesson], ratio: Ratio, most: Int?) {
        func weight(_ lessons: [Lesson]) -> Float { lessons.reduce(0) { $0 + $1.weight } }
        var groups: [[Lesson]] = []
        var tokens = 0
        for lesson in lessons {
            if groups.isEmpty || tokens + lesson.context.count > most ?? .max {
                groups.append([])
                tokens = 0
            }
            groups[groups.count - 1].append(lesson)
            tokens += lesson.context.count
        }
        passes = groups.map {
            // One pass is all of the step, to the bit.
            Pass(lessons: $0, ratio: ratio, share: groups.count == 1 ? 1 : weight($0) / weight(lessons))
        }
    }
}
