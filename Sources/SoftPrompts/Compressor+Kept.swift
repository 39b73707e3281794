import Contract
import LanguageModels
import Tensors

extension Compressor {
    /// What is kept of contexts: slots, or keys and values behind the decoder's own of the prefix.
    func kept(of contexts: [Context], _ prompts: SoftPrompts, in c: Computation) -> [Kept] {
        // What stands before several contexts, such as worked examples, is read once.
        var prefixes: [[Int32]: KVCache] = [:]
        return contexts.indices.map { i in
            let (rows, next) = (prompts.ranges[i], prompts.next[i])
            let content: Kept.Content
            switch prompts.form {
            case .slots(let slots):
                content = .slots(slots.rowsCopy(rows), positions: prompts.positions[i])
            case .keys(let keys):
                let prefix = contexts[i].prefix
                let read = prefixes[prefix] ?? KVCache(of: base, reading: prefix, in: c)
                prefixes[prefix] = read
                let cache = KVCache(
                    of: base, behind: read, count: prefix.count, keys, rows: rows,
                    movedBy: prefix.count - self.prefix.count, in: c)
                let configuration = base.configuration
                content = .cache(
                    cache,
                    CacheSelection(
                        repeating: rows.indices.map { Int32($0 - rows.lowerBound) },
                        layers: configuration.layers, kvHeads: configuration.kvHeads))
            }
            return Kept(content, next: next, lead: lead, decoder: decoderAdapter)
        }
    }
}
