import Contract
import Foundation
import LanguageModels
import Seeding

/// A method in another program, in any language: a child process that speaks lines of JSON (`Docs/external-methods.md`).
///
/// What it is comes from the child's own hello, for which it is started once, shortly, when a grid is planned.
public struct ExternalMethod: ConfiguredMethod {
    let command: ExternalCommand
    let hello: Hello
    let files: CommandFiles
    /// Told what children write to standard error, a line at a time.
    let log: @Sendable (String) -> Void

    /// Hashes the command's files and asks it what it is.
    /// - Throws: in one line, where it cannot be started or does not say what it is
    public init(_ command: ExternalCommand, log: @escaping @Sendable (String) -> Void) throws {
        self.command = command
        self.log = log
        files = try CommandFiles(of: command)
        let child = try ExternalChild(command, log: log)
        hello = try child.hello()
        child.end(after: ChildProcess.patience)
    }

    public var card: MethodCard {
        MethodCard(
            id: ExternalCommand.id, name: hello.name, family: family,
            summary: hello.summary ?? "Keeps what another program chooses.",
            loses: hello.loses ?? "What that program leaves out.", paper: hello.paper,
            isQueryAware: hello.wants(.question))
    }

    private var family: MethodCard.Family {
        switch (hello.returns, hello.family) {
        case (.indices, _), (.text, _): .hardPrompt
        case (.keysAndValues, .kvCache): .kvCache
        case (.keysAndValues, _), (.embeddings, _): .softPrompt
        }
    }

    /// The name that it gives itself, with the arguments that it was called with.
    public var label: String {
        let arguments = command.arguments.joined(separator: " ").map { $0.isNewline ? " " : $0 }
        guard !arguments.isEmpty else { return hello.name }
        return "\(hello.name) (\(String(arguments.prefix(60)))\(arguments.count > 60 ? "…" : ""))"
    }

    /// What the protocol means is written here; what the program does is what it opens.
    public var types: [String] { ["\(Self.self)"] }

    /// Of the protocol, in place of a hash of this type's code, which decides nothing else.
    public static var sourceHashes: [String: String] {
        ["\(Self.self)": "protocol \(Hello.protocolVersion)"]
    }

    /// The command alone: neither its time nor the number of its processes changes what it keeps.
    public var parametersJSON: String { canonicalJSON(["command": command.words]) }

    /// SHA-256 of the command, its files, and what it says of itself that decides anything.
    public var contentHash: String {
        var decisive = hello
        (decisive.summary, decisive.loses, decisive.paper) = (nil, nil, nil)
        return SHA256.hex(of: "\(files.hash) \(canonicalJSON(decisive.sorted))")
    }

    public func preparations(for demand: Demand, from resources: Resources) throws -> [any Preparation] {
        // Text reaches any decoder, tensors only one that is here.
        if card.family != .hardPrompt { _ = try resources.backbone }
        return [ExternalPreparation(self, resources.decoder)]
    }
}

extension Hello {
    /// As canonical JSON has to have it: a set is written in any order.
    fileprivate var sorted: JSONValue {
        guard case .object(var members) = JSONValue(json: canonicalJSON(self)) else { return .null }
        members["wants"] = .list((wants ?? []).map(\.rawValue).sorted().map(JSONValue.text))
        return .object(members)
    }
}
