import Contract
import Files
import Foundation
import Prompting
import Reading
import Seeding
import Tokenizers

/// A model behind OpenAI's interface: vLLM, llama.cpp's server, Ollama and others.
///
/// It is asked greedily, with streaming, so that the time to the first token is known. A key is sent and nothing else
/// is done with it: it is in no file, no message and no identity.
public struct HTTPModel: ServedModel {
    public let name: String
    public let contentHash: String
    public let tokenizer: Tokenizer
    public let contextLimit: Int?
    public let interface: ServedInterface
    public let abilities: Metric.Needs
    public let requests: Int

    private let server: Server
    private let id: String
    private let path: String
    private let takesPenalties: Bool

    /// How a server is asked.
    public struct Options: Sendable {
        /// The model's name there; nil for the only one that it lists.
        public var model: String?
        /// What results are shown under; nil for the end of the model's name.
        public var name: String?
        public var interface = ServedInterface.completions
        /// Whether it is asked how likely given words are, where it can say that.
        public var asksLikelihoods = true
        /// Sent with every request; nil where none is asked for.
        public var key: String?
        /// Prompts at once.
        public var requests = 8
        /// Seconds in which a server has to say something.
        public var silence = 600
        /// Seconds for which a server may be away.
        public var patience = 600.0

        public init() {}
    }

    /// Finds out what a server has and what it can say.
    /// - Parameters:
    ///   - address: up to where `/completions` would follow
    ///   - tokenizerHash: of the tokenizer's files: budgets are counted by it
    ///   - log: told when the server is away, and when it is back
    /// - Throws: in one line, where it is not there, or has no such model
    public init(
        _ address: String, tokenizer: Tokenizer, tokenizerHash: String, options: Options,
        log: @escaping @Sendable (String) -> Void
    ) throws {
        server = try Server(address, options, log: log)
        self.tokenizer = tokenizer
        interface = options.interface
        requests = options.requests
        let listed = try server.models()
        let model = try Self.model(options.model, among: listed, of: server.address)
        id = model.id
        name = options.name ?? (model.id.split(separator: "/").last.map(String.init) ?? model.id)
        contextLimit = model.maxModelLen
        path = interface == .chat ? "/chat/completions" : "/completions"
        takesPenalties = try server.takesPenalties(model: model.id, path: path)
        abilities =
            options.asksLikelihoods && interface == .completions && server.repeatsPrompts(model: model.id)
            ? [.target, .options] : []
        contentHash = SHA256.hex(
            of: canonicalJSON(
                Identity(
                    model: model.id, meta: model.meta, interface: interface.rawValue, tokenizer: tokenizerHash
                )))
    }

    private struct Identity: Encodable {
        let model: String
        let meta: ModelList.Meta?
        let interface, tokenizer: String
    }

    private static func model(
        _ name: String?, among listed: [ModelList.Model]?, of server: String
    ) throws -> ModelList.Model {
        let known = listed?.map(\.id) ?? []
        if let name {
            if let found = listed?.first(where: { $0.id == name }) { return found }
            // Not every server lists what it has.
            if known.isEmpty { return ModelList.Model(id: name) }
            throw ContractError.unknown(kind: "model of \(server)", name: name, known: known)
        }
        guard let listed, listed.count == 1 else { throw ServerError.unnamed(server: server, known: known) }
        return listed[0]
    }

    public func answer(_ prompt: ServedPrompt) throws -> ServedAnswer {
        var request = CompletionRequest(model: id, maxTokens: prompt.maxNewTokens)
        switch prompt.content {
        case .text(let text): request.prompt = text
        case .turns(let turns):
            request.messages = turns.map { .init(role: $0.role.rawValue, content: $0.content) }
        }
        if !prompt.stop.isEmpty { request.stop = prompt.stop }
        if takesPenalties { (request.repeatPenalty, request.repetitionPenalty) = (1, 1) }
        request.stream = true
        request.streamOptions = .init()
        return try server.answer(request, to: path)
    }

    public func prediction(of text: String, behind prompt: String) throws -> Prediction {
        try server.prediction(of: text, behind: prompt, model: id)
    }
}
