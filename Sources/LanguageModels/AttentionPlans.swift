import Tensors

/// The masks of a pass, by layer and, where they differ, by KV head; equal ones are made once.
final class AttentionPlans {
    private let configuration: ModelConfiguration
    private let visibility: Visibility
    /// One a row.
    private let positions: [Int32]
    /// One a key, where no head selected keys.
    private let keyPositions: [Int32]
    private let cache: KVCache?
    private let partial: [PartialKeys]
    private let backend: any Backend
    private var made: [Mask: any AttentionPlan] = [:]

    /// What tells masks of one pass apart.
    private struct Mask: Hashable {
        var window: Int?
        /// Keys that a KV head lacks.
        var missing: [Range<Int>] = []
        /// One a key, of a head in a windowed layer that selected keys; else empty.
        var keyPositions: [Int32] = []
    }

    /// - Parameter keyPositions: one a key; nil where keys are the rows or the cache's
    init(
        _ visibility: Visibility, positions: [Int32], keyPositions: [Int32]? = nil, cache: KVCache?,
        partial: [PartialKeys], _ configuration: ModelConfiguration, on backend: any Backend
    ) {
        for part in partial {
            precondition(
                part.counts.count == configuration.layers
                    && part.counts.allSatisfy { $0.count == configuration.kvHeads },
                "counts of \(part.counts.count) layers and \(part.counts.first?.count ?? 0) KV heads for a model "
                    + "of \(configuration.layers) and \(configuration.kvHeads)")
        }
        self.visibility = visibility
        self.positions = positions
        self.keyPositions = keyPositions ?? cache?.positions ?? positions
        self.cache = cache
        self.partial = partial
        self.configuration = configuration
        self.backend = backend
    }

    /// The same pass, asked by some of its rows.
    func selecting(_ rows: [Int32]) -> AttentionPlans {
        AttentionPlans(
            visibility.selecting(rows), positions: rows.map { positions[Int($0)] },
            keyPositions: keyPositions, cache: cache, partial: partial, configuration, on: backend)
    }

    /// One for all KV heads, or one for each.
    func plans(ofLayer layer: Int) -> [any AttentionPlan] {
        let first = mask(layer: layer, kvHead: 0)
        if partial.isEmpty, first.keyPositions.isEmpty { return [plan(first)] }
        let masks = [first] + (1..<max(1, configuration.kvHeads)).map { mask(layer: layer, kvHead: $0) }
        return masks.allSatisfy { $0 == first } ? [plan(first)] : masks.map(plan)
    }

    private func mask(layer: Int, kvHead: Int) -> Mask {
        var mask = Mask(window: configuration.window(ofLayer: layer))
        mask.missing = partial.map { $0.missing(layer: layer, kvHead: kvHead) }
        if mask.window != nil {
            mask.keyPositions = cache?.selectedPositions(layer: layer, kvHead: kvHead) ?? []
        }
        return mask
    }

    private func plan(_ mask: Mask) -> any AttentionPlan {
        if let known = made[mask] { return known }
        var visibility = visibility.hiding(mask.missing)
        if let window = mask.window {
            let own = mask.keyPositions.isEmpty ? keyPositions : mask.keyPositions
            visibility = visibility.windowed(window, positions: positions, keyPositions: own)
        }
        let plan = backend.attentionPlan(visibility)
        made[mask] = plan
        return plan
    }
}
