import Contract
import External
import Files
import Foundation

/// The methods, tasks and data formats that commands choose from.
struct Catalogue: Sendable {
    @TaskLocal static var current = Catalogue(methods: [], tasks: [], datasets: [])

    let methods: [any CompressionMethod.Type]
    let tasks: [any TaskAdapter.Type]
    let datasets: [any DatasetFormat.Type]
    /// Of the files in Methods/ and Tasks/, by their types' names.
    var sourceHashes: [String: String] = [:]

    func method(_ id: String) throws -> any CompressionMethod.Type {
        guard let found = methods.first(where: { $0.card.id == id }) else {
            throw ContractError.unknown(
                kind: "method", name: id,
                known: (methods.map { $0.card.id } + [ExternalCommand.id]).sorted())
        }
        return found
    }

    func task(_ id: String) throws -> any TaskAdapter.Type {
        guard let found = tasks.first(where: { $0.card.id == id }) else {
            throw ContractError.unknown(kind: "task", name: id, known: tasks.map { $0.card.id }.sorted())
        }
        return found
    }

    /// The methods that users name, each once: one, or a group, `all` or `family:kv`.
    func methods(describedBy texts: [String]) throws -> [any ConfiguredMethod] {
        var seen: Set<String> = []
        return try texts.flatMap { text in
            try group(text)?.map { $0.standard } ?? [method(describedBy: text)]
        }.filter { method in
            // Two programs may be called by the same words from two folders.
            let content = (method as? ExternalMethod)?.contentHash ?? ""
            return seen.insert("\(method.card.id) \(method.parametersJSON) \(content)").inserted
        }
    }

    /// The compression methods of a group; nil for what names none.
    func group(_ name: String) throws -> [any CompressionMethod.Type]? {
        let compressing = methods.filter { $0.card.role == nil }.sorted { $0.card.id < $1.card.id }
        if name == "all" { return compressing }
        let parts = name.split(separator: ":", maxSplits: 1).map(String.init)
        guard parts.count == 2, parts[0] == "family" else { return nil }
        let families = Set(compressing.map { $0.card.family.rawValue }).sorted()
        // `kv` will do for `kv-cache`.
        guard let family = families.first(where: { $0 == parts[1] || $0.hasPrefix(parts[1] + "-") }) else {
            throw ContractError.unknown(kind: "family of methods", name: parts[1], known: families)
        }
        return compressing.filter { $0.card.family.rawValue == family }
    }

    /// A method as users write it: `pic`, `pic:visibility=chunk+memory:memoriesPerChunk=4`, a chain, `bm25+pic`, or one in
    /// another program, `external:command=python3 my_method.py` or `my-method.json`.
    func method(describedBy text: String) throws -> any ConfiguredMethod {
        if ExternalCommand.isFile(text), try RegularFile.require(URL(fileURLWithPath: text)) {
            return try link(text)
        }
        var links: [String] = []
        for part in text.split(separator: "+", omittingEmptySubsequences: false).map(String.init) {
            let name = part.prefix { $0 != ":" }
            // A plus sign may be a part of a parameter's value, and a command goes on to the end.
            let isCommand = links.last.map(ExternalCommand.isWritten) ?? false
            if links.isEmpty || !isCommand && isMethod(String(name)) {
                links.append(part)
            } else {
                links[links.count - 1] += "+" + part
            }
        }
        let made = try links.map(link)
        return made.count == 1 ? made[0] : try Chain(made)
    }

    private func isMethod(_ name: String) -> Bool {
        methods.contains { $0.card.id == name } || name == ExternalCommand.id || ExternalCommand.isFile(name)
    }

    /// One method with its parameters.
    private func link(_ text: String) throws -> any ConfiguredMethod {
        if let command = try ExternalCommand(describedBy: text) {
            return try ExternalMethod(command) { ProgressReporter.interject($0) }
        }
        let written = WrittenMethod(text)
        return try method(written.id).init(written)
    }
}
