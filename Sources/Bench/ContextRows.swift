import Tensors

/// The rows of several contexts in front of their prompts.
struct ContextRows {
    /// What a prompt behind each context sees.
    private(set) var keys: [Range<Int>] = []
    /// The position behind each context.
    private(set) var next: [Int] = []
    /// All slots, those that introduce prompts as well; nil where there are none.
    let slots: Tensor?
    /// The slots that introduce prompts, of contexts that have them.
    private var leads: [(answer: Int, readBack: Int)?] = []

    init(_ contexts: [CompressedContext], prefix: [Int32], rows: inout RowAssembly) {
        var parts: [Tensor] = []
        var slotCount = 0
        func addSlots(_ tensor: Tensor) -> Int {
            defer { slotCount += tensor.rows }
            parts.append(tensor)
            return slotCount
        }
        for context in contexts {
            let first = rows.count
            let begin = rows.append(tokens: prefix, firstPosition: 0)
            var (kept, lead): (CompressedContext, PromptLead?) = (context, nil)
            while case .introduced(let inner, let own) = kept { (kept, lead) = (inner, lead ?? own) }
            switch kept {
            case .tokens(let tokens):
                rows.append(tokens: tokens, firstPosition: prefix.count, seeing: [begin])
                next.append(prefix.count + tokens.count)
            case .slots(let slots, let positions, let end):
                let firstSlot = addSlots(slots)
                for (i, position) in positions.enumerated() {
                    rows.append(
                        slot: firstSlot + i, position: prefix.count + position, seeing: [first..<rows.count])
                }
                next.append(prefix.count + end)
            case .introduced: preconditionFailure("what introduces was taken off")
            }
            keys.append(first..<rows.count)
            leads.append(lead.map { (addSlots($0.answer), addSlots($0.readBack)) })
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
}
