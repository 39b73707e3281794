import Contract
import Foundation
import LanguageModels
import Tensors

/// A child that speaks the protocol, from its hello to its end.
///
/// `@unchecked Sendable`: whoever has it is one thread at a time.
final class ExternalChild: @unchecked Sendable {
    private let command: ExternalCommand
    private let process: ChildProcess
    /// What it has to be, and for which model; nil where it is only asked what it is.
    private let role: (method: ExternalMethod, decoder: DecoderModel)?
    /// Where it writes files; nil where it has none to write.
    private let folder: TensorFolder?
    private var lastID = 0
    private var linesRead = 0

    /// Starts a command to be asked what it is.
    init(_ command: ExternalCommand, log: @escaping @Sendable (String) -> Void) throws {
        self.command = command
        (role, folder) = (nil, nil)
        process = try ChildProcess(
            command.words, in: command.folder, log: Self.naming(command.words[0], log))
    }

    /// Starts a method for a model; it is ready after `waitUntilReady`.
    init(_ method: ExternalMethod, _ decoder: DecoderModel) throws {
        command = method.command
        role = (method, decoder)
        switch method.hello.returns {
        case .indices, .text: folder = nil
        case .embeddings, .keysAndValues: folder = try TensorFolder()
        }
        process = try ChildProcess(
            command.words, in: command.folder, leftover: folder?.url,
            log: Self.naming(method.hello.name, method.log))
        try say(Opening(model: .init(decoder), folder: folder?.place.path))
    }

    private static func naming(
        _ name: String, _ log: @escaping @Sendable (String) -> Void
    ) -> @Sendable (String) -> Void {
        { log("[\(name)] \($0)") }
    }

    /// Ends it, and everything that it started in its process group.
    func end(after patience: Duration) { process.end(after: patience) }

    /// Tells it that nothing more will be asked.
    func closeInput() { process.closeInput() }

    // MARK: - What it is

    /// What it says of itself.
    func hello() throws -> Hello {
        let hello = try read(Hello.self, "hello", by: .now + .seconds(command.startup))
        guard hello.protocolVersion == Hello.protocolVersion else {
            throw failure(
                "speaks version \(hello.protocolVersion) of the protocol, this program version "
                    + "\(Hello.protocolVersion)")
        }
        let isShown = hello.name.unicodeScalars.allSatisfy { $0.properties.generalCategory != .control }
        guard isShown, 1...60 ~= hello.name.count, hello.name.contains(where: { !$0.isWhitespace }) else {
            throw failure("has no name of 1 to 60 characters in its hello")
        }
        guard 1...1024 ~= hello.batch ?? 1 else {
            throw failure("wants batches of \(hello.batch ?? 1) contexts, expected 1 to 1024")
        }
        if let family = hello.family, hello.returns != .keysAndValues {
            throw failure(
                "returns \(hello.returns.rawValue) and counts itself among the family \(family.rawValue), "
                    + "which those alone do that return keys-and-values")
        }
        return hello
    }

    /// Waits until it has said what it said when the grid was planned, and that it is ready.
    func waitUntilReady() throws {
        guard let role else { return }
        guard try hello() == role.method.hello else {
            throw failure("says something else of itself than when the grid was planned; start again")
        }
        _ = try read(Envelope.self, "ready", by: .now + .seconds(command.startup))
    }

    // MARK: - Contexts

    /// Compresses contexts, as many at once as it takes.
    func compress(_ contexts: [Context], in c: Computation) throws -> [Kept] {
        guard let role else { return [] }
        let asked = contexts.indices.filter { !contexts[$0].tokens.isEmpty }
        let size = role.method.hello.batch ?? 1
        // Of a context without tokens nothing can be kept.
        var result = contexts.map { _ in Kept.selection([]) }
        for start in stride(from: 0, to: asked.count, by: size) {
            let batch = Array(asked[start..<min(start + size, asked.count)])
            let ids = try ask(batch.map { contexts[$0] }, role.method.hello)
            var open = Dictionary(uniqueKeysWithValues: zip(ids, batch))
            let deadline = ContinuousClock.now + .seconds(command.timeout * Double(batch.count))
            while !open.isEmpty {
                let reply = try read(Reply.self, "kept", by: deadline)
                guard let place = open.removeValue(forKey: reply.id) else {
                    let expected = open.keys.sorted().map(String.init).joined(separator: ", ")
                    throw failure("answered for the id \(reply.id), expected \(expected)")
                }
                do {
                    result[place] = try KeptReader(role.method.hello, role.decoder, folder)
                        .kept(reply, of: contexts[place], in: c)
                } catch let problem as KeptReader.Problem {
                    throw failure(problem.text)
                }
            }
        }
        return result
    }

    /// Sends contexts.
    /// - Returns: their numbers
    private func ask(_ contexts: [Context], _ hello: Hello) throws -> [Int] {
        try contexts.enumerated().map { i, context in
            lastID += 1
            try say(Request(context, id: lastID, left: contexts.count - 1 - i, for: hello))
            return lastID
        }
    }

    // MARK: - Lines

    private func say(_ message: some Encodable) throws {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        process.send(try encoder.encode(message))
    }

    /// The next message, which has to be of a type. What it wants to know meanwhile it is told.
    private func read<Message: Decodable>(
        _: Message.Type, _ type: String, by deadline: ContinuousClock.Instant
    ) throws -> Message {
        while true {
            let line = try nextLine(by: deadline, for: type)
            let envelope = try decoded(Envelope.self, line)
            if envelope.type == type { return try decoded(Message.self, line) }
            if envelope.type == "error" { throw failure("says: \(envelope.message ?? "no reason")") }
            guard envelope.type == "tokenize", let role else {
                throw failure("wrote a message of the type '\(envelope.type)', expected '\(type)'")
            }
            guard process.unsentBytes <= ChildProcess.longestLine, ContinuousClock.now < deadline else {
                throw failure("asks for tokens and does not get on; it has to read what it is told")
            }
            let text = try decoded(TokenizeRequest.self, line).text
            try say(TokenizeReply(tokens: role.decoder.tokenizer.encode(text, specialTokens: .text)))
        }
    }

    private func nextLine(by deadline: ContinuousClock.Instant, for type: String) throws -> [UInt8] {
        do {
            linesRead += 1
            return try process.nextLine(by: deadline)
        } catch {
            let wanted = type == "kept" ? "an answer" : "its '\(type)'"
            switch error {
            case .ended(let how): throw failure("ended \(how) before \(wanted)")
            case .inputClosed: throw failure("closed its standard input before \(wanted)")
            case .outputClosed: throw failure("closed its standard output before \(wanted)")
            case .lineTooLong:
                throw failure("wrote a line of more than \(ChildProcess.longestLine >> 20) MiB")
            case .tooSlow:
                throw failure(
                    type == "kept"
                        ? "gave no answer in \(command.timeout.plainText) seconds a context; raise its 'timeout'"
                        : "did not say \(wanted) in \(command.startup.plainText) seconds; raise its 'startup'"
                )
            }
        }
    }

    private func decoded<Message: Decodable>(_: Message.Type, _ line: [UInt8]) throws -> Message {
        func bad(_ problem: String) -> ExternalError {
            failure(
                "wrote line \(linesRead), '\(String.printable(line.prefix(80)))', which is no message: "
                    + "\(problem); standard output is for the protocol alone")
        }
        guard String(validating: line, as: UTF8.self) != nil else { throw bad("it is not UTF-8") }
        do {
            return try JSONDecoder().decode(Message.self, from: Data(line))
        } catch DecodingError.dataCorrupted(let context) where context.codingPath.isEmpty {
            throw bad("it is no JSON")
        } catch let error as DecodingError {
            throw bad(error.line)
        }
    }

    /// Ends it for what it did.
    private func failure(_ problem: String) -> ExternalError {
        process.end()
        let name = role?.method.hello.name ?? command.words.joined(separator: " ")
        return .failed(method: name, problem: problem, lastWords: process.lastWords)
    }
}
