import Contract

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
            throw ContractError.unknown(kind: "method", name: id, known: methods.map { $0.card.id }.sorted())
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
        }.filter { seen.insert("\($0.card.id) \($0.parametersJSON)").inserted }
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

    /// A method as users write it: `pic`, `pic:visibility=chunk+memory:memoriesPerChunk=4`, or a chain, `bm25+pic`.
    func method(describedBy text: String) throws -> any ConfiguredMethod {
        var links: [String] = []
        for part in text.split(separator: "+", omittingEmptySubsequences: false).map(String.init) {
            let name = part.prefix { $0 != ":" }
            // A plus sign may be a part of a parameter's value.
            if links.isEmpty || methods.contains(where: { $0.card.id == name }) {
                links.append(part)
            } else {
                links[links.count - 1] += "+" + part
            }
        }
        let made = try links.map(link)
        return made.count == 1 ? made[0] : try Chain(made)
    }

    /// One method with its parameters.
    private func link(_ text: String) throws -> any ConfiguredMethod {
        let written = WrittenMethod(text)
        return try method(written.id).init(written)
    }
}
