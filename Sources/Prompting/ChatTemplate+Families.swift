extension ChatTemplate {
    /// Ways to write turns that many models share, for models whose folder has no template.
    public enum Family: String, CaseIterable, Sendable {
        case llama2 = "llama-2"
        case llama3 = "llama-3"
        case chatML = "chatml"
        case mistral
        case zephyr
        case gemma
        case phi3 = "phi-3"
        case granite

        /// What ends a model's texts where its tokenizer does not say.
        static let endToken = "</s>"

        /// The family of a Jinja template by the words of its turns; nil for one that is of none.
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
            case "<end_of_turn>": self = .gemma
            case _: return nil
            }
        }

        /// The token that ends a turn; nil for the tokenizer's own end token.
        var endOfTurn: String? {
            switch self {
            case .llama2, .mistral, .zephyr: nil
            case .llama3: "<|eot_id|>"
            case .chatML: "<|im_end|>"
            case .gemma: "<end_of_turn>"
            case .phi3: "<|end|>"
            case .granite: "<|end_of_text|>"
            }
        }

        /// The template as Jinja.
        var source: String {
            switch self {
            case .llama2:
                """
                {%- set begin = bos_token | default('<s>') -%}
                {%- set end = eos_token | default('</s>') -%}
                {%- set system = namespace(words='') -%}
                {%- for message in messages -%}
                    {%- if message.role == 'system' -%}
                        {%- set system.words = '<<SYS>>\\n' + message.content + '\\n<</SYS>>\\n\\n' -%}
                    {%- elif message.role == 'user' -%}
                        {{- begin + '[INST] ' + system.words + message.content + ' [/INST]' -}}
                        {%- set system.words = '' -%}
                    {%- else -%}
                        {{- ' ' + message.content + ' ' + end -}}
                    {%- endif -%}
                {%- endfor -%}
                """
            case .mistral:
                """
                {{- bos_token | default('<s>') -}}
                {%- set system = namespace(words='') -%}
                {%- for message in messages -%}
                    {%- if message.role == 'system' -%}
                        {%- set system.words = message.content + '\\n\\n' -%}
                    {%- elif message.role == 'user' -%}
                        {{- '[INST] ' + system.words + message.content + ' [/INST]' -}}
                        {%- set system.words = '' -%}
                    {%- else -%}
                        {{- message.content + eos_token | default('</s>') -}}
                    {%- endif -%}
                {%- endfor -%}
                """
            case .gemma:
                """
                {{- bos_token | default('<bos>') -}}
                {%- set system = namespace(words='') -%}
                {%- for message in messages -%}
                    {%- if message.role == 'system' -%}
                        {%- set system.words = message.content + '\\n\\n' -%}
                    {%- else -%}
                        {{- '<start_of_turn>' + ('model' if message.role == 'assistant' else 'user') + '\\n' -}}
                        {{- system.words + message.content | trim + '<end_of_turn>\\n' -}}
                        {%- set system.words = '' -%}
                    {%- endif -%}
                {%- endfor -%}
                {{- '<start_of_turn>model\\n' if add_generation_prompt -}}
                """
            case .llama3:
                Self.turns(
                    "'<|start_header_id|>' + message.role + '<|end_header_id|>\\n\\n' + message.content | trim"
                        + " + '<|eot_id|>'",
                    answer: "<|start_header_id|>assistant<|end_header_id|>\\n\\n",
                    begin: "bos_token | default('<|begin_of_text|>')")
            case .chatML:
                Self.turns(
                    "'<|im_start|>' + message.role + '\\n' + message.content + '<|im_end|>\\n'",
                    answer: "<|im_start|>assistant\\n")
            case .zephyr:
                Self.turns(
                    "'<|' + message.role + '|>\\n' + message.content + eos_token | default('</s>') + '\\n'",
                    answer: "<|assistant|>\\n")
            case .phi3:
                Self.turns(
                    "'<|' + message.role + '|>\\n' + message.content + '<|end|>\\n'",
                    answer: "<|assistant|>\\n")
            case .granite:
                Self.turns(
                    "'<|start_of_role|>' + message.role + '<|end_of_role|>' + message.content"
                        + " + '<|end_of_text|>\\n'",
                    answer: "<|start_of_role|>assistant<|end_of_role|>")
            }
        }

        /// A template whose turns are alike, whoever speaks.
        /// - Parameters:
        ///   - turn: an expression of `message`
        ///   - answer: what begins an answer
        ///   - begin: an expression of what begins the conversation
        private static func turns(_ turn: String, answer: String, begin: String = "''") -> String {
            """
            {{- \(begin) -}}
            {%- for message in messages -%}
                {{- \(turn) -}}
            {%- endfor -%}
            {{- '\(answer)' if add_generation_prompt -}}
            """
        }
    }
}
