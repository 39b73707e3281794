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

    /// A method as users write it: `pic` or `pic:visibility=chunk+memory:memoriesPerChunk=4`.
    func method(describedBy text: String) throws -> any CompressionMethod {
        let parts = text.split(separator: ":", omittingEmptySubsequences: false).map(String.init)
        let assignments = parts.dropFirst().map { part in
            let sides = part.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false).map(
                String.init)
            return (name: sides[0], value: sides.count == 2 ? sides[1] : "")
        }
        return try method(parts[0]).make(assignments)
    }
}

extension CompressionMethod {
    static func make(_ assignments: [(name: String, value: String)]) throws -> any CompressionMethod {
        Self(parameters: try Parameters(assignments, method: card.id))
    }
}
