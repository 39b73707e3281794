extension ChatTemplate.Family {
    /// The family of a Jinja template; nil for one that is not known.
    init?(template text: String) {
        if text.contains("<|im_start|>") {
            self = .chatML
        } else if text.contains("<|start_header_id|>") {
            self = .llama3
        } else if text.contains("[INST]") {
            self = text.contains("<<SYS>>") ? .llama2 : .mistral
        } else if text.contains("<|user|>"), text.contains("<|assistant|>"), !text.contains("<|end|>") {
            self = .zephyr
        } else {
            return nil
        }
    }

    /// The family whose turns end with the token that ends a model's texts.
    init?(endToken: String?) {
        switch endToken {
        case "<|im_end|>": self = .chatML
        case "<|eot_id|>": self = .llama3
        case _: return nil
        }
    }
}
