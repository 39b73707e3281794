import Contract

/// How a user wants a task's items asked: with worked examples, and in words of the user's own.
public struct Asking: Sendable {
    /// Worked examples in front of each context.
    public var shots = 0
    /// Where they are from; nil for the data itself.
    public var shotData: DocumentStream?
    /// Worked examples in a context that is made of them.
    public var shotsInContext = 8
    /// Who the model is told to be.
    public var system: String?
    /// Words in place of a task's own, by its identifier.
    public var wordings: [String: Wording] = [:]

    public init() {}

    /// A task's items with what a user wants around them.
    /// - Parameter examples: documents to take worked examples from, the first ones first
    func asked(
        _ units: [DocumentItems], by task: any TaskAdapter, examples: [DocumentItems]
    ) throws -> [DocumentItems] {
        let id = type(of: task).card.id
        let shots = examples.compactMap { unit in
            unit.items.first.map {
                (document: unit.document.id, shot: Prompt.Shot(worded($0, id), behind: unit.document))
            }
        }
        return try units.map { unit in
            // Documents of other data may have the same names, and be a part of the one that is asked about.
            let own = shots.lazy.filter {
                shotData == nil
                    ? $0.document != unit.document.id
                    : $0.shot.context.isEmpty || !unit.document.text.contains($0.shot.context)
            }.prefix(self.shots).map(\.shot)
            guard own.count == self.shots else {
                throw ContractError.fewExamples(asked: self.shots, found: own.count, task: id)
            }
            return DocumentItems(
                unit.document,
                unit.items.map { item in
                    var item = worded(item, id)
                    if let system { item.prompt.system = system }
                    item.prompt.shots = Array(own)
                    return item
                })
        }
    }

    /// One item alone, with worked examples from `shotData`.
    public func asked(_ item: Item, by task: any TaskAdapter, seed: UInt64 = 1) throws -> Item {
        let unit = DocumentItems(Document(id: "", text: "", questions: []), [item])
        return try asked([unit], by: task, examples: try examples(for: [task], seed: seed)?[0] ?? [])[0]
            .items[0]
    }

    /// What `shotData` has for worked examples, for each task; nil where none is named.
    func examples(for tasks: [any TaskAdapter], seed: UInt64) throws -> [[DocumentItems]]? {
        guard shots > 0, let shotData else { return nil }
        // Some to spare for what cannot stand in front of a document that holds it.
        let drawn = try Sampling(limit: 4 * shots + 4, seed: seed).draw(from: shotData, for: tasks, spare: 0)
        let documents = drawn.dataset.documents.sorted {
            (drawn.ranks[$0.id] ?? 0, $0.id) < (drawn.ranks[$1.id] ?? 0, $1.id)
        }
        return tasks.map { task in
            documents.compactMap { task.unit(of: $0, in: drawn.dataset, examples: []) }
        }
    }

    private func worded(_ item: Item, _ task: String) -> Item {
        guard let wording = wordings[task] else { return item }
        var item = item
        item.prompt = wording.applied(to: item.prompt, choices: item.choices)
        return item
    }
}

extension Prompt.Shot {
    /// A worked example of an item: its first reference is the answer.
    fileprivate init(_ item: Item, behind document: Document) {
        self.init(
            context: document.text, request: item.prompt.request, question: item.prompt.question,
            answer: item.references.first ?? Item.abstention)
    }
}
