import LanguageModels
import Tensors

/// How much a model that reads contexts in full depends on each of their tokens for what is asked behind them.
enum TokenNeeds {
    /// The norm of the gradient of the tails' loss by the token's input embedding: saliency as of Simonyan et al. 2013,
    /// arXiv 1312.6034.
    /// - Returns: of each token of each lesson's context, and the rows that were read for it
    static func of(
        _ lessons: [Lesson], for model: LanguageModel, on backend: any Backend
    ) -> ([[Float]], rows: Int) {
        let batch = LessonBatch(lessons, documentWeight: 0)
        let embeddings = batch.rows.embeddings(of: model, in: Computation(backend: backend)).copy()
        embeddings.isTrainable = true
        let tape = Tape()
        let c = Computation(backend: backend, tape: tape)
        tape.backward(from: batch.loss(of: model, embeddings: embeddings, in: c))
        let gradient = embeddings.gradient?.values ?? []
        let width = embeddings.width
        let needs = batch.contexts.map { rows in
            rows.map { row in
                gradient[row * width..<(row + 1) * width].reduce(0) { $0 + $1 * $1 }.squareRoot()
            }
        }
        return (needs, batch.rows.count)
    }
}
