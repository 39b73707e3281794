import Contract
import Foundation
import LanguageModels

/// What a child says first: what it is, what it wants to be given of a context and what it gives back.
struct Hello: Codable, Equatable, Sendable {
    /// The one version of the protocol.
    static let protocolVersion = 1

    let protocolVersion: Int
    /// For tables.
    let name: String
    /// What of a context it is sent.
    var wants: Set<Want>?
    let returns: Answer
    /// The family that it counts among, where what it returns leaves a choice.
    var family: Family?
    /// The most contexts that it is sent before an answer is waited for.
    var batch: Int?
    /// Of what it does, where that is not in files that are hashed.
    var version: String?
    /// Whether it was trained for the model.
    var trained: Bool?
    /// A sentence on what it keeps, one on what is lost, and where it was published.
    var summary, loses, paper: String?

    enum Want: String, Codable, CaseIterable {
        case tokens, text, offsets, units, question
    }

    enum Answer: String, Codable, CaseIterable {
        case indices, text, embeddings
        case keysAndValues = "keys-and-values"
    }

    enum Family: String, Codable, CaseIterable {
        case softPrompt = "soft-prompt"
        case kvCache = "kv-cache"
    }

    enum CodingKeys: String, CodingKey, CaseIterable {
        case protocolVersion = "protocol"
        case name, wants, returns, family, batch, version, trained, summary, loses, paper
    }

    func wants(_ part: Want) -> Bool { wants?.contains(part) ?? false }
}

/// Any line of a child's, before it is known what it is.
struct Envelope: Decodable {
    let type: String
    /// What a child that cannot go on says.
    var message: String?
}

/// What a child is told when a cell begins; it answers `{"type": "ready"}`.
struct Opening: Encodable {
    let type = "open"
    let model: Model
    /// Where it writes files of tensors; absent where it returns none.
    let folder: String?

    /// The folder and the sizes of one that is in this process; a model behind HTTP has a name and a tokenizer.
    struct Model: Encodable {
        let name, hash: String
        let vocabulary: Int
        var folder: String?
        var hidden, layers, heads, kvHeads, headDim: Int?

        init(_ decoder: DecoderModel) {
            (name, hash) = (decoder.name, decoder.contentHash)
            guard case .opened(let backbone) = decoder else {
                vocabulary = decoder.tokenizer.vocabularySize
                return
            }
            let shape = backbone.model.configuration
            vocabulary = shape.vocabularySize
            folder = backbone.folder.path
            (hidden, layers) = (shape.hiddenSize, shape.layers)
            (heads, kvHeads, headDim) = (shape.heads, shape.kvHeads, shape.headDim)
        }
    }
}

/// A context to compress.
struct Request: Encodable {
    let type = "compress"
    let id: Int
    /// Contexts that follow before an answer is waited for.
    let left: Int
    /// Tokens of the context, and decoder positions that may be kept of it.
    let length, budget: Int
    let ratio: Double
    /// Below 2^53, so that any language holds it exactly.
    let seed: Int
    var tokens: [Int32]?
    var text: String?
    /// Two bytes of the text's UTF-8 for each token.
    var offsets: [[Int]]?
    var units: Units?
    var question: String?

    /// The first byte and the one behind the last, the first token and the one behind the last, of each.
    struct Units: Encodable {
        let words, sentences: [[Int]]
    }
}

/// What a child keeps of a context.
struct Reply: Decodable {
    let id: Int
    var indices: [Int]?
    var text: String?
    /// The name of a file in its folder.
    var file: String?
    var positions: [Int]?
    var next: Int?
}

/// A text that a child wants to know the tokens of.
struct TokenizeRequest: Decodable {
    let text: String
}

/// As the harness will count them.
struct TokenizeReply: Encodable {
    let type = "tokens"
    let tokens: [Int32]
}
