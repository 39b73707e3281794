import Contract
import SoftPrompts
import Tensors

/// One learned token, repeated behind the context; what follows sees its keys and values alone.
///
/// Mu et al. 2023, arXiv 2304.08467. All gist tokens begin as the same embedding, and nothing is read
/// back: they learn from answers alone. The paper trains the whole model, which writes and reads them; here the
/// reader stays the base model, as for every method of the suite.
public struct Gist: SoftPromptMethod {
    public static let card = MethodCard(
        id: "gist", name: "Gist tokens", family: .softPrompt,
        summary: "One learned token, repeated behind the context; the decoder reads its keys and values.",
        loses: "What the answers of its training did not ask for.",
        verified: "Keys, values and the answer behind them as in plain PyTorch (`soft_prompts.py`).",
        paper: "https://arxiv.org/abs/2304.08467")

    public static let readsBack = false

    public let parameters: NoParameters

    public init(parameters: NoParameters) {
        self.parameters = parameters
    }

    public func encode(_ contexts: [Context], with compressor: Compressor, in c: Computation) -> SoftPrompts {
        compressor.encodeKeys(
            contexts, positions: .contiguous, sharesEmbedding: true,
            next: { $0.tokens.count + $0.budget }, in: c)
    }
}
