import Contract
import LanguageModels
import Tensors

/// The rows of several contexts in front of their prompts.
struct ContextRows {
    /// What a prompt behind each context sees.
    private(set) var keys: [[Range<Int>]] = []
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
        var prefixes: [[Int32]: Range<Int>] = [:]
        for context in contexts {
            let prefix = context.prefix
            // What stands before several contexts, such as worked examples, is read once.
            var begin = prefixes[prefix] ?? end..<end
            if prefixes[prefix] == nil, !context.holdsPrefix {
                begin = rows.append(tokens: prefix, firstPosition: 0, key: end)
                prefixes[prefix] = begin
                end = begin.upperBound
            }
            switch context.rows {
            case .tokens(let tokens):
                let own = rows.append(
                    tokens: tokens, firstPosition: prefix.count, key: end, seeing: [begin])
                end = own.upperBound
                keys.append([begin, own])
            case .slots(let slots, let positions):
                let first = end
                let firstSlot = addSlots(slots)
                for (i, position) in positions.enumerated() {
                    rows.append(
                        slot: firstSlot + i, position: prefix.count + position, key: end,
                        seeing: [begin, first..<end])
                    end += 1
                }
                keys.append([begin, first..<end])
            case .cache(let cache, let counts):
                caches.append((cache, counts, end))
                keys.append([end..<end + cache.capacity])
                end += cache.capacity
            }
            next.append(prefix.count + context.next)
            leads.append(context.lead.map { (addSlots($0.answer), addSlots($0.readBack)) })
        }
        slots = parts.first.map { Computation(backend: $0.backend).concatenateRows(parts) }
    }

    /// Adds a request's prompt behind its context, with what introduces it.
    /// - Parameter key: the key of the first of them
    /// - Returns: their keys
    func append(_ request: DecodingSession.Request, key: Int, to rows: inout RowAssembly) -> Range<Int> {
        let seen = keys[request.context]
        guard let lead = leads[request.context] else {
            return rows.append(
                tokens: request.prompt, firstPosition: next[request.context], key: key, seeing: seen)
        }
        rows.append(
            slot: request.readsBack ? lead.readBack : lead.answer, position: next[request.context], key: key,
            seeing: seen)
        // To read back, the learned embedding is the whole prompt.
        let prompt = request.readsBack ? [] : request.prompt
        let tokens = rows.append(
            tokens: prompt, firstPosition: next[request.context] + 1, key: key + 1,
            seeing: seen + [key..<key + 1])
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
