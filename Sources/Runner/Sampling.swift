import Contract
import Seeding

/// Which documents a grid asks about, and which of what can be asked: drawn at random once, the same for every
/// method.
///
/// Each document and each item has a random rank of its own, and the first ranks are the sample. So it is
/// spread over the data and its articles, does not depend on the order of a file, and a smaller sample is part
/// of a larger one.
public struct Sampling: Sendable {
    /// The most items a task; nil for all.
    public var limit: Int?
    /// The most documents a task; nil for as many as there are items.
    public var documents: Int?
    public var seed: UInt64

    public init(limit: Int? = nil, documents: Int? = nil, seed: UInt64 = 1) {
        self.limit = limit
        self.documents = documents
        self.seed = seed
    }

    /// Documents of one pass over the data, at most as many as there may be items, and `spare` more.
    struct Drawn {
        /// In the order of the data.
        let dataset: Dataset
        /// Those that are in the dataset for examples alone.
        let spare: [Document]
        /// Of each document, by its identifier.
        let ranks: [String: UInt64]
    }

    /// Reads the documents that something can be asked about.
    /// - Parameters:
    ///   - tasks: what may ask
    ///   - spare: how many more are wanted, which nothing is asked about
    func draw(
        from stream: DocumentStream, for tasks: [any TaskAdapter], spare: Int
    ) throws -> Drawn {
        let most = [limit, documents].compactMap(\.self).min()
        var kept = tasks.map { _ in FirstRanks<Numbered>(count: most) }
        var further = FirstRanks<Numbered>(count: (most ?? 0) + spare)
        var reader = try stream.reader()
        var number = 0
        while let document = try reader.next() {
            let rank = stream.isShuffled ? UInt64(number) : rank(of: document.id)
            let numbered = Numbered(number: number, document: document)
            number += 1
            let alone = Dataset(id: stream.id, documents: [document])
            var isAsked = false
            for (i, task) in tasks.enumerated() where task.isAsked(of: document, in: alone) {
                kept[i].insert(numbered, rank: rank)
                isAsked = true
            }
            if isAsked { further.insert(numbered, rank: rank) }
            // Documents drawn independently are a sample from the first on.
            if stream.isShuffled, let most, number >= most + spare { break }
        }
        let asked = kept.flatMap(\.elements)
        let numbers = Set(asked.map(\.element.number))
        let documents = Dictionary(asked.map { ($0.element.number, $0.element.document) }) { $1 }
        return Drawn(
            dataset: Dataset(
                id: stream.id, documents: numbers.sorted().compactMap { documents[$0] },
                remarks: reader.remarks),
            spare: further.elements.filter { !numbers.contains($0.element.number) }.prefix(spare)
                .map(\.element.document),
            ranks: Dictionary(asked.map { ($0.element.document.id, $0.rank) }) { $1 })
    }

    /// The items of a task that are asked, as even over its documents as their numbers allow.
    func items(_ units: [DocumentItems], ranks: [String: UInt64]) -> [DocumentItems] {
        if limit == nil, documents == nil { return units }
        let order = units.indices.sorted {
            (ranks[units[$0].document.id] ?? 0, $0) < (ranks[units[$1].document.id] ?? 0, $1)
        }.prefix(documents ?? .max)
        // One of each document, then another of each …
        var taken = units.map { _ in 0 }
        var left = limit ?? .max
        var round = 0
        while left > 0, units.contains(where: { $0.items.count > round }) {
            for i in order where units[i].items.count > round && left > 0 {
                taken[i] += 1
                left -= 1
            }
            round += 1
        }
        return zip(units, taken).filter { $1 > 0 }.map { unit, count in
            let first = unit.items.indices.sorted {
                rank(of: unit.items[$0].id) < rank(of: unit.items[$1].id)
            }
            .prefix(count)
            return DocumentItems(unit.document, first.sorted().map { unit.items[$0] })
        }
    }

    private func rank(of id: String) -> UInt64 {
        var generator = SeededGenerator(seed: seed, stream: id)
        return generator.next()
    }

    private struct Numbered {
        let number: Int
        let document: Document
    }
}

/// The elements with the lowest ranks of many, of which no more are held than twice as many.
private struct FirstRanks<Element> {
    /// Nil for all.
    let count: Int?
    private var held: [(element: Element, rank: UInt64)] = []

    init(count: Int?) { self.count = count }

    mutating func insert(_ element: Element, rank: UInt64) {
        held.append((element, rank))
        if let count, held.count > 2 * count + 64 { held = Array(first.prefix(count)) }
    }

    /// The lowest rank first.
    var elements: [(element: Element, rank: UInt64)] { count.map { Array(first.prefix($0)) } ?? first }

    private var first: [(element: Element, rank: UInt64)] { held.sorted { $0.rank < $1.rank } }
}
