import CacheMethods
import Contract
import LanguageModels
import Tensors

/// Keeps what the model needs to say the context again.
///
/// Kim et al. 2025, arXiv 2505.23416: behind the context the model reads a request to repeat it and the context
/// again, in chunks; the score of an entry is the largest weight that any of those tokens gives it, among the first
/// four entries, the chunk's and their own. Entries of all layers and heads compete; the first four tokens stay. No
/// question is seen, at the price of two to three passes over the context.
public struct KVzip: CacheMethod {
    public static let card = MethodCard(
        id: "kvzip", name: "KVzip", family: .kvCache,
        summary: "Keeps the entries that the model attends to when it repeats the context.",
        loses: "What the model can say again without it; compression costs two to three passes.",
        verified:
            "Keys kept, logits and greedy tokens as in kvpress (`cache_methods.py`); answers on SQuAD (`kvpress_squad.py`).",
        paper: "https://arxiv.org/abs/2505.23416",
        parameters: [
            "chunk": "tokens that are repeated at a time",
            "compete": "over what entries compete for the budget: all layers, or each by itself",
            "sinks": "first tokens that always stay",
        ])

    public struct Parameters: MethodParameters {
        /// Tokens that are repeated at a time.
        public var chunk = 2048
        public var sinks = 4
        public var compete = Competition.everywhere

        public static let ranges: [String: ClosedRange<Double>] = ["chunk": 1...1_000_000, "sinks": 0...1024]

        public init() {}
    }

    public enum Competition: String, Codable, CaseIterable, Sendable {
        case everywhere
        /// Within each layer.
        case layer
    }

    public let parameters: Parameters
    public var passes: Double { 3.5 }

    public init(parameters: Parameters) {
        self.parameters = parameters
    }

    public func keep(_ context: Context, by reader: ContextReader, in c: Computation) -> Kept {
        let requests = requests(to: context, by: reader)
        let pass = reader.pass(over: context, room: requests.map(\.tokens.count).max() ?? 0, in: c)
        let configuration = reader.model.configuration
        var scores = (0..<configuration.layers).map { _ in
            Array(repeating: [Float](), count: configuration.kvHeads)
        }
        for request in requests {
            let chunk = pass.ahead + request.chunk.lowerBound..<pass.ahead + request.chunk.upperBound
            let sinks = 0..<min(parameters.sinks, chunk.lowerBound)
            let own = pass.ahead + pass.count..<pass.ahead + pass.count + request.tokens.count
            let attention = AttentionMass(
                ofLast: request.tokens.count, over: [sinks, chunk, own], by: .largest)
            pass.read(request.tokens, observer: attention, in: c)
            for layer in scores.indices {
                let heads = attention.ofLayers[layer].map { $0.dropFirst(sinks.count).prefix(chunk.count) }
                for (kvHead, sharing) in heads.shared(by: configuration.kvHeads).enumerated() {
                    let weights = sharing.map(Array.init)
                    scores[layer][kvHead] += (0..<chunk.count).map { i in weights.map { $0[i] }.max() ?? 0 }
                }
            }
        }
        let first = 0..<context.count(ofFirst: parameters.sinks)
        return ScoredPass(pass: pass, scores: scores).holding(first).keeping {
            switch parameters.compete {
            case .everywhere: .bestOfAll(context.budget, by: $0)
            case .layer: .bestOfLayer(context.budget, atLeast: 0, by: $0)
            }
        }
    }

    /// What is read behind the context: for each chunk a request and the chunk again.
    private func requests(
        to context: Context, by reader: ContextReader
    ) -> [(tokens: [Int32], chunk: Range<Int>)] {
        let (all, size) = (context.tokens, parameters.chunk)
        return stride(from: 0, to: all.count, by: size).map { start in
            let chunk = start..<min(all.count, start + size)
            let request =
                start == 0
                ? reader.tokenizer.encode("\n\nRepeat the previous context exactly.")
                : reader.tokenizer.encode(
                    "\n\nRepeat the part of the previous context exactly, starting with")
                    + all[max(0, start - 8)..<start]
            return (request + reader.tokenizer.encode("\n") + all[chunk], chunk)
        }
    }
}
