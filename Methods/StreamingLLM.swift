import CacheMethods
import Contract
import LanguageModels
import Tensors

/// Keeps the first tokens, which attention sinks into, and the most recent ones.
///
/// Xiao et al. 2023, arXiv 2309.17453. In the paper what is kept stands at positions one behind the other;
/// `positions=kept` leaves each where it was.
public struct StreamingLLM: CacheMethod {
    public static let card = MethodCard(
        id: "streaming-llm", name: "StreamingLLM", family: .kvCache,
        summary: "Keeps keys and values of the first four tokens and the most recent ones.",
        loses: "Everything between the first tokens and the most recent ones.",
        verified:
            "Keys kept, logits and greedy tokens as in kvpress (`cache_methods.py`); answers on SQuAD (`kvpress_squad.py`).",
        paper: "https://arxiv.org/abs/2309.17453",
        parameters: [
            "sinks": "first tokens that always stay",
            "positions": "whether what is kept stands one behind the other, its keys turned, or where it was",
        ])

    public struct Parameters: MethodParameters {
        public var sinks = 4
        public var positions = Positions.contiguous

        public static let ranges: [String: ClosedRange<Double>] = ["sinks": 0...1024]

        public init() {}
    }

    public enum Positions: String, Codable, CaseIterable, Sendable {
        /// One behind the other: keys are turned to them.
        case contiguous
        /// Where they were.
        case kept
    }

    public let parameters: Parameters

    public init(parameters: Parameters) {
        self.parameters = parameters
    }

    public func keep(_ context: Context, by reader: ContextReader, in c: Computation) -> Kept {
        let pass = reader.pass(over: context, in: c)
        let (all, budget) = (context.tokens.indices, min(context.budget, context.tokens.count))
        let sinks = min(context.count(ofFirst: parameters.sinks), budget / 2)
        let places = Array(all.prefix(sinks)) + all.suffix(budget - sinks)
        return pass.keeping(places, contiguous: parameters.positions == .contiguous, in: c)
    }
}
