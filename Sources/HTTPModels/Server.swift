import Contract
import Files
import Foundation
import Reading

/// A server that speaks OpenAI's interface.
struct Server: Sendable {
    /// As users write it, without a slash at its end.
    let address: String
    private let client: HTTPClient
    private let key: String?
    private let retries: Retries

    init(
        _ address: String, _ options: HTTPModel.Options, log: @escaping @Sendable (String) -> Void
    ) throws {
        var address = address
        while address.hasSuffix("/") { address.removeLast() }
        self.address = address
        key = options.key
        client = HTTPClient(silence: options.silence)
        retries = Retries(patience: options.patience, log: log)
    }

    // MARK: - What it has

    /// What it lists; nil where it lists nothing.
    func models() throws -> [ModelList.Model]? {
        try patiently { () throws(HTTPFailure) -> [ModelList.Model]? in
            let body: Data
            do throws(HTTPFailure) {
                body = try whole(HTTPClient.Request(address: address + "/models", headers: headers))
            } catch {
                if case .status(404, _, _) = error { return nil }
                throw error
            }
            guard let list = try? JSONDecoder().decode(ModelList.self, from: body) else {
                throw .nonsense(
                    "its list of models is none; the address ends where /completions would follow")
            }
            return list.data
        }
    }

    /// Whether it says how likely the tokens of a prompt are.
    func repeatsPrompts(model: String) -> Bool {
        let found = try? prediction(of: " two three", behind: "one", model: model, isProbe: true)
        return found?.tokens.isEmpty == false
    }

    /// Whether it takes fields that OpenAI's interface has not: one that refuses them answers without.
    func takesPenalties(model: String, path: String) throws -> Bool {
        var request = CompletionRequest(model: model, maxTokens: 1)
        if path == "/completions" {
            request.prompt = "one"
        } else {
            request.messages = [.init(role: "user", content: "one")]
        }
        (request.repeatPenalty, request.repetitionPenalty) = (1, 1)
        return try patiently { () throws(HTTPFailure) -> Bool in
            do throws(HTTPFailure) {
                _ = try whole(
                    HTTPClient.Request(address: address + path, body: try body(request), headers: headers))
                return true
            } catch {
                if case .status(let code, _, _) = error, code == 400 || code == 422 { return false }
                throw error
            }
        }
    }

    // MARK: - Asking

    func answer(_ request: CompletionRequest, to path: String) throws -> ServedAnswer {
        try patiently { () throws(HTTPFailure) -> ServedAnswer in
            let body = try self.body(request)
            let begin = ContinuousClock.now
            let reader = Box(AnswerReader())
            let head = try client.send(
                HTTPClient.Request(address: address + path, body: body, headers: headers)
            ) { reader.value.add($0) }
            reader.value.finish()
            let (end, read) = (ContinuousClock.now, reader.value)
            guard head.status == 200 else { throw failure(head, Data(read.rest)) }
            if let problem = read.problem { throw .nonsense(problem) }
            // An answer that broke off is asked for again.
            guard read.isDone else {
                throw read.rest.allSatisfy { $0 == UInt8(ascii: "\n") }
                    ? .connection("its answer broke off")
                    : .nonsense(
                        "it answered '\(String(decoding: read.rest.prefix(80), as: UTF8.self))', which is no answer"
                    )
            }
            return ServedAnswer(
                text: read.text, tokens: read.tokens, isCutOff: read.finishReason == "length",
                secondsToFirst: begin.duration(to: read.first ?? end) / .seconds(1),
                seconds: begin.duration(to: end) / .seconds(1))
        }
    }

    /// - Parameter isProbe: whether a server that cannot is no failure
    func prediction(
        of text: String, behind prompt: String, model: String, isProbe: Bool = false
    ) throws -> Prediction {
        // Some servers refuse to put out nothing.
        var request = CompletionRequest(model: model, maxTokens: 1)
        request.prompt = prompt + text
        (request.echo, request.logprobs) = (true, 1)
        let body = try patiently { () throws(HTTPFailure) -> Data in
            do throws(HTTPFailure) {
                return try whole(
                    HTTPClient.Request(
                        address: address + "/completions", body: try self.body(request), headers: headers))
            } catch {
                // What a server without them says is its own choice.
                if isProbe, case .status(let code, _, _) = error, code != 429, code != 503 { return Data() }
                throw error
            }
        }
        let reply = try? JSONDecoder().decode(CompletionReply.self, from: body)
        guard let choice = reply?.choices?.first, let found = choice.prediction(of: text, behind: prompt)
        else {
            throw ServerError.refused(
                server: address, words: "it does not say how likely a prompt's tokens are")
        }
        return found
    }

    // MARK: - Exchanges

    private var headers: [String] { key.map { ["Authorization: Bearer \($0)"] } ?? [] }

    private func body(_ request: CompletionRequest) throws(HTTPFailure) -> Data {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        do { return try encoder.encode(request) } catch { throw .nonsense("\(error)") }
    }

    /// An answer's body as a whole.
    private func whole(_ request: HTTPClient.Request) throws(HTTPFailure) -> Data {
        let body = Box(Data())
        let head = try client.send(request) { bytes in
            body.value.append(contentsOf: bytes)
            return body.value.count <= 256 << 20
        }
        guard head.status == 200 else { throw failure(head, body.value) }
        return body.value
    }

    private func failure(_ head: HTTPClient.Head, _ body: Data) -> HTTPFailure {
        let words =
            (try? JSONDecoder().decode(CompletionReply.self, from: body))?.error?.words
            ?? String(decoding: body.prefix(200), as: UTF8.self)
        return .status(
            head.status, words: words.trimmingCharacters(in: .whitespacesAndNewlines),
            retryAfter: head.headers["retry-after"].flatMap(Double.init).map { min(max(0, $0), 86_400) })
    }

    /// Sends it until it is through.
    private func patiently<Value>(_ request: () throws(HTTPFailure) -> Value) throws -> Value {
        do {
            return try retries.attempt(address, request)
        } catch {
            // A server may repeat what it was sent.
            let words =
                key.map { error.failure.words.replacingOccurrences(of: $0, with: "…") }
                ?? error.failure.words
            if error.isAway || error.failure.isForAll { throw ServerAway(server: address, words: words) }
            throw ServerError.refused(server: address, words: words)
        }
    }
}

extension CompletionReply.Choice {
    /// How the tokens of `text` are predicted, in a repeated prompt that ends with it; nil where that is not said.
    func prediction(of text: String, behind prompt: String) -> Prediction? {
        guard let logprobs, let values = logprobs.tokenLogprobs, let offsets = logprobs.textOffset,
            values.count == offsets.count, let written = self.text
        else { return nil }
        let (seam, end) = (prompt.unicodeScalars.count, (prompt + text).unicodeScalars.count)
        // Some count the text from the token that begins it.
        guard written.hasPrefix(prompt), offsets.first == 0 else { return nil }
        // The token that the seam goes through is one of the text's.
        let begin = offsets.filter { $0 <= seam }.max() ?? 0
        let first = offsets.firstIndex(of: begin) ?? 0
        let own = offsets.indices.filter { $0 >= first && offsets[$0] < end && offsets[$0] >= 0 }
        guard let place = own.first, place > 0 else { return nil }
        let likely = own.map { values[$0] ?? 0 }
        return Prediction(
            tokens: own.map { Int32($0) }, logLikelihoods: likely,
            isBest: own.map { i in
                let most = logprobs.topLogprobs.flatMap { $0.indices.contains(i) ? $0[i]?.values.max() : nil }
                return most.map { (values[i] ?? -.infinity) >= $0 - 1e-5 } ?? false
            })
    }
}

/// What a closure of C's writes to.
private final class Box<Value> {
    var value: Value

    init(_ value: Value) { self.value = value }
}
