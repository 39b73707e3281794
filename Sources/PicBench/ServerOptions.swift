import ArgumentParser
import Contract
import Foundation
import HTTPModels
import LanguageModels
import Prompting
import Reading
import Tokenizers

/// A model in another program, asked over HTTP: --model is the server's address.
struct ServerOptions: ParsableArguments {
    @Option(help: "The model's name at a server, where it has several.")
    var modelName: String?

    @Option(
        help: ArgumentHelp(
            "The tokenizer that budgets of a server's model are counted with: a folder with tokenizer.json, or a GGUF file.",
            valueName: "path"))
    var tokenizer: PathArgument?

    @Option(
        help: ArgumentHelp(
            "How a server is asked: completions (prompts are put into words here) or chat (by the server's chat template).",
            valueName: "interface"))
    var api = ServedInterface.completions

    @Flag(help: "Does not ask a server how likely given words are, which some take seconds for.")
    var noLikelihoods = false

    @Option(
        help: ArgumentHelp(
            "The environment variable with the server's key, which is stored nowhere.", valueName: "name"))
    var apiKeyEnv: String?

    @Option(help: "Prompts that a server is sent at once.")
    var requests = 8

    @Option(
        help: ArgumentHelp("Seconds in which a server has to say something.", valueName: "seconds"))
    var requestTimeout = 600

    @Option(
        help: ArgumentHelp(
            "Seconds for which a server may be away before the run ends; the same command goes on.",
            valueName: "seconds"))
    var serverPatience = 600

    /// Whether a model is a server's address.
    static func isAddress(_ model: String) -> Bool {
        ["http://", "https://"].contains { model.lowercased().hasPrefix($0) }
    }

    /// - Parameters:
    ///   - address: of the server
    ///   - name: what results are shown under; nil for the model's own
    func open(_ address: String, name: String?, chat: ChatOptions) throws -> Reader {
        guard let url = URLComponents(string: address), url.host?.isEmpty == false else {
            throw UsageError("'\(address)' is no address of a server; one is http://127.0.0.1:8080/v1")
        }
        guard url.user == nil, url.password == nil, url.query == nil, url.fragment == nil else {
            throw UsageError(
                "an address is stored with the results; give the server's key by --api-key-env, and nothing else in it"
            )
        }
        try UsageError.require("--requests", requests, 1...1024)
        try UsageError.require("--request-timeout", requestTimeout, 1...86_400)
        try UsageError.require("--server-patience", serverPatience, 0...604_800)
        guard let tokenizer else {
            throw UsageError(
                "budgets are counted in the model's own tokens; name its tokenizer with --tokenizer, a folder with "
                    + "tokenizer.json or a GGUF file")
        }
        let (found, configuration) = try Checkpoint.tokenizer(of: tokenizer.url)
        var options = HTTPModel.Options()
        options.model = modelName
        options.name = name
        options.interface = api
        options.asksLikelihoods = !noLikelihoods
        options.key = try key()
        options.requests = requests
        options.silence = requestTimeout
        options.patience = Double(serverPatience)
        let model = try HTTPModel(
            address, tokenizer: found, tokenizerHash: try Checkpoint.tokenizerHash(of: tokenizer.url),
            options: options, log: { ProgressReporter.interject($0) })
        // The server's own template writes the turns of a conversation.
        if api == .chat, chat.chatTemplate != nil {
            throw UsageError(
                "with --api chat the server's own chat template is used; leave out --chat-template")
        }
        return Reader(
            model,
            format: try PromptFormat(
                found, configuration, chatTemplate: api == .chat ? .plain : chat.choice(),
                folder: tokenizer.path))
    }

    private func key() throws -> String? {
        guard let apiKeyEnv else { return nil }
        guard let key = ProcessInfo.processInfo.environment[apiKeyEnv], !key.isEmpty else {
            throw UsageError("--api-key-env names the variable \(apiKeyEnv), which is not set")
        }
        guard key.utf8.allSatisfy({ 0x21..<0x7f ~= $0 }) else {
            throw UsageError("the key in \(apiKeyEnv) holds characters that no key has, such as a line end")
        }
        return key
    }
}

extension ServedInterface: ExpressibleByArgument {}
