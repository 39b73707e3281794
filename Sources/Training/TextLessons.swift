import Budgets
import Contract
import LanguageModels
import Prompting
import Reading
import Seeding
import SoftPrompts
import Tensors

/// Lessons from texts: a stretch of one is read back, or gone on with; what is asked about a whole one is answered.
///
/// Each lesson counts the same, however many tokens it predicts.
struct TextLessons: LessonSource {
    let recipe: CompressorRecipe
    let reader: Reader
    let texts: TrainingTexts
    private let readBack: (prompt: [Int32], end: [Int32])
    /// By the lengths of contexts that a level has.
    private let learned: [ClosedRange<Int>: TextPool]
    private let heldOut: TextPool?
    /// Those that any level has.
    private let kinds: [LessonKind]
    private let readsBack: Bool

    /// - Parameter readsBack: whether the method learns to read a context back
    /// - Throws: `TrainingError` where a level asks for what the texts do not have
    init(_ recipe: CompressorRecipe, reader: Reader, texts: TrainingTexts, readsBack: Bool) throws {
        self.recipe = recipe
        self.reader = reader
        self.texts = texts
        let prompt = Lesson.readBackPrompt
        readBack = (try reader.format.closing(of: prompt), reader.format.end(of: prompt))
        func pool(_ texts: [TrainingTexts.Text], _ lengths: ClosedRange<Int>) -> TextPool {
            TextPool(texts, lengths: lengths, continuation: recipe.continuation)
        }
        var learned: [ClosedRange<Int>: TextPool] = [:]
        for (i, level) in recipe.levels.enumerated() {
            let found = learned[level.lengths] ?? pool(texts.learned, level.lengths)
            learned[level.lengths] = found
            for kind in level.mixture(readsBack: readsBack).kinds where !found.has(kind) {
                throw TrainingError.nothingToLearn(
                    data: texts.data.map(\.dataset), reason: "level \(i) wants \(kind.need(level.lengths))")
            }
        }
        self.learned = learned
        heldOut = recipe.levels.last.map { pool(texts.heldOut, $0.lengths) }
        kinds = LessonKind.allCases.filter { kind in
            recipe.levels.contains { $0.mixture(readsBack: readsBack).kinds.contains(kind) }
        }
        self.readsBack = readsBack
    }

    var fingerprint: String { texts.hash }

    var data: [CompressorCard.TrainingData] { texts.data }

    func lessons(
        of level: CompressorRecipe.Level, using generator: inout SeededGenerator
    ) throws -> [Lesson] {
        guard let pool = learned[level.lengths] else { preconditionFailure("a level of another recipe") }
        let mixture = level.mixture(readsBack: readsBack)
        var lessons: [Lesson] = []
        var tokens = 0
        repeat {
            let lesson = lesson(mixture.drawn(at: generator.unit()), from: pool, using: &generator)
            lessons.append(lesson)
            tokens += lesson.context.count
        } while tokens < recipe.contextTokensPerStep
        return lessons
    }

    private func lesson(
        _ kind: LessonKind, from pool: TextPool, using generator: inout SeededGenerator
    ) -> Lesson {
        switch kind {
        case .answers:
            let text = pool.asked(using: &generator)
            let asked = generator.shuffled(text.questions).prefix(recipe.questions)
            let share = 1 / Float(asked.reduce(0) { $0 + $1.target.count })
            return Lesson(
                prefix: texts.prefixes.answer, context: text.tokens,
                tails: asked.map { .init(prompt: $0.prompt, target: $0.target, weight: share) })
        case .readBack:
            let context = Array(pool.stretch(using: &generator))
            let target = context + readBack.end
            return Lesson(
                prefix: texts.prefixes.readBack, context: context,
                tails: [.init(prompt: readBack.prompt, target: target, weight: 1 / Float(target.count))])
        case .continuation:
            let (context, behind) = pool.stretchWithContinuation(using: &generator)
            let target = Array(behind.dropFirst())
            return Lesson(
                prefix: texts.prefixes.continuation, context: Array(context),
                tails: [
                    .init(prompt: Array(behind.prefix(1)), target: target, weight: 1 / Float(target.count))
                ])
        }
    }

    /// The mean cost of a token in nats, `readBack@RATIO`, `continuation@RATIO` and `answers@RATIO`: of what
    /// is learned at any level, in contexts as long as the last level's.
    func measure(_ compressor: Compressor, of method: any TrainableMethod) throws -> [String: Double] {
        guard let level = recipe.levels.last, let heldOut else { return [:] }
        var measured: [String: Double] = [:]
        for kind in kinds where heldOut.has(kind) {
            var generator = SeededGenerator(seed: recipe.seed, stream: "held-out-\(kind)")
            let lessons = (0..<recipe.evaluation.documents).map { _ in
                lesson(kind, from: heldOut, using: &generator)
            }
            for value in recipe.evaluation.ratios ?? level.ratios {
                guard let ratio = Ratio(value) else { throw ContractError.badRatio("\(value)") }
                let step = LessonPasses(lessons, ratio: ratio, most: recipe.tokensPerPass)
                measured["\(kind)@\(ratio)"] = try step.passes.reduce(0) { sum, pass in
                    let (loss, _) = try pass.loss(of: method, with: compressor, in: Computation())
                    return sum + Double(loss.values[0] * pass.share)
                }
            }
        }
        return measured
    }
}
