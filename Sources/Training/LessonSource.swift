import LanguageModels
import Prompting
import Reading
import Seeding
import SoftPrompts

/// What a compressor learns from.
protocol LessonSource {
    /// Everything of it that decides the lessons, besides the recipe and the model.
    var fingerprint: String { get }
    /// What the compressor's card says that it was trained on.
    var data: [CompressorCard.TrainingData] { get }

    /// A step's lessons: the same for every method, but for those that read nothing back and learn something else
    /// in its place.
    func lessons(of level: CompressorRecipe.Level, using generator: inout SeededGenerator) throws -> [Lesson]

    /// What is measured beside the training, on documents that it does not see, by name.
    func measure(_ compressor: Compressor, of method: any TrainableMethod) throws -> [String: Double]
}

/// The built-in documents.
struct GazetteLessons: LessonSource {
    let recipe: CompressorRecipe
    let reader: Reader
    let readsBack: Bool
    private let teacher: Teacher

    init(_ recipe: CompressorRecipe, reader: Reader, readsBack: Bool) throws {
        self.recipe = recipe
        self.reader = reader
        self.readsBack = readsBack
        teacher = try Teacher(tokenizer: reader.tokenizer, format: reader.format)
    }

    var fingerprint: String { "" }

    var data: [CompressorCard.TrainingData] { [.init(dataset: "gazette-train")] }

    func lessons(
        of level: CompressorRecipe.Level, using generator: inout SeededGenerator
    ) throws -> [Lesson] {
        let readBack = generator.unit() < recipe.readBackShare ?? 0 && readsBack
        let subjects = generator.element(of: level.subjects ?? [1])
        // A number is drawn only where there is a choice.
        let style = level.styles.map { generator.element(of: $0) } ?? .list
        var lessons: [Lesson] = []
        var tokens = 0
        repeat {
            let lesson = try teacher.document(
                subjects: subjects, style: style, readBack: readBack, questions: recipe.questions,
                using: &generator)
            lessons.append(lesson)
            tokens += lesson.context.count
        } while tokens < recipe.contextTokensPerStep || lessons.count < 2
        return lessons
    }

    func measure(_ compressor: Compressor, of method: any TrainableMethod) throws -> [String: Double] {
        try Evaluation(recipe: recipe.evaluation, seed: recipe.seed).measure(
            reader, of: method, with: method.preparation(with: compressor))
    }
}
