import Foundation

/// What is sent to `/completions` and `/chat/completions`, as OpenAI's interface has it.
struct CompletionRequest: Encodable {
    let model: String
    var prompt: String?
    var messages: [Message]?
    let maxTokens: Int
    /// Greedy.
    let temperature = 0
    /// Of servers that punish words for standing in the prompt unless they are told not to: llama.cpp's names and
    /// vLLM's. Nil for those that refuse what they do not know.
    var repeatPenalty, repetitionPenalty: Int?
    var stop: [String]?
    var stream: Bool?
    var streamOptions: StreamOptions?
    /// Whether the prompt is repeated, with the probabilities of its tokens.
    var echo: Bool?
    var logprobs: Int?

    struct Message: Encodable {
        let role, content: String
    }

    struct StreamOptions: Encodable {
        let includeUsage = true

        enum CodingKeys: String, CodingKey { case includeUsage = "include_usage" }
    }

    enum CodingKeys: String, CodingKey {
        case model, prompt, messages, temperature, stop, stream, echo, logprobs
        case maxTokens = "max_tokens"
        case repeatPenalty = "repeat_penalty"
        case repetitionPenalty = "repetition_penalty"
        case streamOptions = "stream_options"
    }
}

/// An answer, or a part of one.
struct CompletionReply: Decodable {
    var choices: [Choice]?
    var usage: Usage?
    var error: Problem?

    struct Choice: Decodable {
        /// Of a completion.
        var text: String?
        /// Of a chat: a part, or the whole.
        var delta, message: Message?
        var finishReason: String?
        var logprobs: LogProbabilities?

        enum CodingKeys: String, CodingKey {
            case text, delta, message, logprobs
            case finishReason = "finish_reason"
        }

        var written: String { text ?? delta?.content ?? message?.content ?? "" }
    }

    struct Message: Decodable {
        var content: String?
    }

    struct Usage: Decodable {
        var completionTokens: Int?

        enum CodingKeys: String, CodingKey { case completionTokens = "completion_tokens" }
    }

    struct LogProbabilities: Decodable {
        var tokens: [String]?
        /// Natural logarithms; nil for the first token, which nothing stands before.
        var tokenLogprobs: [Float?]?
        var topLogprobs: [[String: Float]?]?
        /// Where each token begins in the repeated text, in Unicode scalars.
        var textOffset: [Int]?

        enum CodingKeys: String, CodingKey {
            case tokens
            case tokenLogprobs = "token_logprobs"
            case topLogprobs = "top_logprobs"
            case textOffset = "text_offset"
        }
    }

    /// An error as servers write it: an object with words, or words alone.
    struct Problem: Decodable {
        let words: String

        init(from decoder: any Decoder) throws {
            struct Object: Decodable { var message: String? }
            if let object = try? Object(from: decoder) {
                words = object.message ?? "an error without words"
            } else {
                words = try decoder.singleValueContainer().decode(String.self)
            }
        }
    }
}

/// What `/models` lists.
struct ModelList: Decodable {
    let data: [Model]

    struct Model: Decodable {
        let id: String
        /// vLLM says it.
        var maxModelLen: Int?
        /// llama.cpp's server says it.
        var meta: Meta?

        enum CodingKeys: String, CodingKey {
            case id, meta
            case maxModelLen = "max_model_len"
        }
    }

    /// What tells two files of one name apart.
    struct Meta: Codable {
        var nParams, nEmbd, nVocab, size: Int?

        enum CodingKeys: String, CodingKey {
            case nParams = "n_params"
            case nEmbd = "n_embd"
            case nVocab = "n_vocab"
            case size
        }
    }
}
