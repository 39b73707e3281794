import Contract
import Results
import SoftPrompts
import Tensors

extension GridRunner {
    /// Where the method's memory tokens look; nil for a method without. It is the same for every
    /// task, so that a grid asks for it at its first task alone.
    func memoryAttention(of cell: PlannedCell) throws -> MemoryAttentionRecord? {
        let contexts = try cell.documents.prefix(attentionSamples).map { unit in
            try cell.trial.context(unit.document, for: unit.items[0].prompt)
        }
        let watch = AttentionWatch()
        _ = try cell.trial.preparation.compress(contexts, in: Computation(observer: watch))
        guard watch.weights.count == contexts.count else { return nil }
        let watched = zip(watch.weights, contexts).map {
            MemoryAttention.Document(weights: $0, windows: $1.windows)
        }
        return MemoryAttention(watched).map {
            MemoryAttentionRecord(mass: $0.mass, documents: $0.documents)
        }
    }
}
