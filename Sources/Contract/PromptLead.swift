import Tensors

/// Learned embeddings between a compressed context and its prompt, which say what is asked: ICAE's
/// [FT] and [AE].
///
/// They carry nothing of the context: like the prompt, they are outside the budget.
public struct PromptLead {
    /// In front of questions and instructions; [1, hidden]
    public let answer: Tensor
    /// In place of the prompt where the context is to be read back; [1, hidden]
    public let readBack: Tensor

    public init(answer: Tensor, readBack: Tensor) {
        self.answer = answer
        self.readBack = readBack
    }
}
