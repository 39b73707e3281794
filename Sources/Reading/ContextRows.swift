import Contract
import LanguageModels
import Tensors

/// The rows of several contexts in front of their prompts.
struct ContextRows {
    /// What a prompt behind each context sees.
    private(set) var keys: [Range<Int>] = []
    /// The position behind each context.
    private(set) var next: [Int] = []
    /// The key behind all of them.
    private(set) var end = 0
    /// Kept caches and the first of the keys where they go.
    private(set) var caches: [(cache: KVCache, counts: [[Int]], first: Int)] = []
    /// All slots, those that introduce prompts as well; nil where there are none.
    let slots: Tensor?
    /// The slots that introduce prompts, of contexts that have them.
    private var leads: [(answer: Int, readBack: Int)?] = []

    init(_ contexts: [KeptContext], rows: inout RowAssembly) {
        var parts: [Tensor] = []
        var slotCount = 0
        func addSlots(_ tensor: Tensor) -> Int {
            defer { slotCount += tensor.rows }
            parts.append(tensor)
            return slotCount
        }
        for context in contexts {
            let first = end
            let prefix = context.prefix
            switch context.rows {
            case .tokens(let tokens):
                let begin = rows.append(tokens: prefix, firstPosition: 0, key: first)
                end =
                    rows.append(
                        tokens: tokens, firstPosition: prefix.count, key: begin.upperBound, seeing: [begin]
                    ).upperBound
            case .slots(let slots, let positions):
                end = rows.append(tokens: prefix, firstPosition: 0, key: first).upperBound
                let firstSlot = addSlots(slots)
                for (i, position) in positions.enumerated() {
                    rows.append(
                        slot: firstSlot + i, position: prefix.count + position, key: end,
                        seeing: [first..<end])
                    end += 1
                }
            case .cache(let cache, let counts):
                caches.append((cache, counts, first))
                end += cache.capacity
            }
            next.append(prefix.count + context.next)
            keys.append(first..<end)
            leads.append(context.lead.map { (addSlots($0.answer), addSlots($0.readBack)) })
        }
        slots = parts.first.map { Computation(backend: $0.backend).concatenateRows(parts) }
    }

    /// Adds a request's prompt behind its context, with what introduces it, and more tokens behind it.
    /// - Parameter key: the key of the first of them
    /// - Returns: their keys
    func append(
        _ request: DecodingSession.Request, then more: some Collection<Int32> = [], key: Int,
        to rows: inout RowAssembly
    ) -> Range<Int> {
        let seen = keys[request.context]
        guard let lead = leads[request.context] else {
            return rows.append(
                tokens: request.prompt + more, firstPosition: next[request.context], key: key, seeing: [seen])
        }
        rows.append(
            slot: request.readsBack ? lead.readBack : lead.answer, position: next[request.context], key: key,
            seeing: [seen])
        // To read back, the learned embedding is the whole prompt.
        let prompt = request.readsBack ? [] : request.prompt
        let tokens = rows.append(
            tokens: prompt + more, firstPosition: next[request.context] + 1, key: key + 1,
            seeing: [seen, key..<key + 1])
        return key..<tokens.upperBound
    }

    /// What passes have to know of keys that not every head holds.
    var partial: [PartialKeys] {
        caches.map { PartialKeys(keys: $0.first..<$0.first + $0.cache.capacity, counts: $0.counts) }
    }

    /// Puts the kept caches where their keys are.
    func fill(_ cache: KVCache, in c: Computation) {
        for (kept, counts, first) in caches {
            let whole = CacheSelection(counts.map { $0.map { (0..<Int32($0)).map { $0 } } })
            cache.copy(whole, from: kept, to: first, in: c)
        }
    }
}
