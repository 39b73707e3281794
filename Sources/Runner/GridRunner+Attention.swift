import Bench
import Results
import Tensors

extension GridRunner {
    /// Where the method's memory tokens look; nil for a method without. It is the same for every
    /// task, so that a grid asks for it at its first task alone.
    func memoryAttention(of cell: PlannedCell, _ tools: Tools) throws -> MemoryAttentionRecord? {
        let scorer = Scorer(backbone: backbone, task: cell.task.card, texts: texts)
        var documents: Set<String> = []
        let contexts = cell.examples.filter { documents.insert($0.documentID).inserted }
            .prefix(attentionSamples).map { scorer.context(of: $0, ratio: cell.ratio, seed: cell.seed) }
        let watch = AttentionWatch()
        let watching = Tools(
            model: tools.model, compressor: tools.compressor,
            computation: Computation(backend: tools.computation.backend, observer: watch))
        _ = try cell.method.compress(contexts, with: watching)
        guard watch.weights.count == contexts.count else { return nil }
        let watched = zip(watch.weights, contexts).map {
            MemoryAttention.Document(weights: $0, windows: $1.windows)
        }
        return MemoryAttention(watched).map {
            MemoryAttentionRecord(mass: $0.mass, documents: $0.documents)
        }
    }
}
