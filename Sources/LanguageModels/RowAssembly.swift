import Tensors

/// The rows of one packed forward pass, as they are put together: tokens and slots, each with a
/// position and the keys that it sees.
///
/// Encoding contexts, training batches, prefill and decoding are all assembled with it.
public struct RowAssembly {
    public private(set) var positions: [Int32] = []
    public private(set) var visibility = Visibility()
    /// The key of each row: its place in the pass or, with a cache, in the cache.
    public private(set) var keys: [Int] = []
    private var tokens: [Int32] = []
    /// Each row's source: a slot as ~index, or an index into `tokens`.
    private var sources: [Int32] = []

    public init() {}

    public var count: Int { positions.count }

    /// Adds tokens that see each other causally, and `seen`; returns their keys.
    /// - Parameter key: the first row's key, where rows go to a cache; otherwise its place in the pass
    @discardableResult
    public mutating func append(
        tokens new: some Collection<Int32>, firstPosition: Int, key: Int? = nil,
        seeing seen: [Range<Int>] = []
    ) -> Range<Int> {
        let first = key ?? count
        for (i, token) in new.enumerated() {
            sources.append(Int32(tokens.count))
            tokens.append(token)
            appendRow(position: firstPosition + i, key: first + i, seeing: seen + [first..<first + i + 1])
        }
        return first..<first + new.count
    }

    /// Adds the slot with the index `slot`, which sees itself and `seen`; returns its key.
    @discardableResult
    public mutating func append(slot: Int, position: Int, key: Int? = nil, seeing seen: [Range<Int>]) -> Int {
        let own = key ?? count
        sources.append(~Int32(slot))
        appendRow(position: position, key: own, seeing: seen + [own..<own + 1])
        return own
    }

    private mutating func appendRow(position: Int, key: Int, seeing seen: [Range<Int>]) {
        positions.append(Int32(position))
        keys.append(key)
        visibility.append(seen)
    }

    /// The input embeddings of all rows; slots: [slots, hidden]; result: [count, hidden]
    public func embeddings(slots: Tensor? = nil, of model: LanguageModel, in c: Computation) -> Tensor {
        let embedded = model.embed(tokens, in: c)
        guard let slots else { return embedded }
        let order = sources.map { $0 < 0 ? ~$0 : $0 + Int32(slots.rows) }
        return c.gatherRows(c.concatenateRows([slots, embedded]), order)
    }
}
