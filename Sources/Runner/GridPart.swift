import Contract
import Reading
import Results

/// One of the parts that a grid is cut into, such as the third of sixteen tasks of a cluster's job.
public struct GridPart: Sendable, Equatable, CustomStringConvertible {
    /// From 1 on.
    public let number: Int
    public let count: Int

    /// `3/16`; nil for what is no part.
    public init?(_ text: String) {
        let words = text.split(separator: "/", omittingEmptySubsequences: false)
        guard words.count == 2, let number = Int(words[0]), let count = Int(words[1]),
            1...Self.most ~= count, 1...count ~= number
        else { return nil }
        self.number = number
        self.count = count
    }

    public static let most = 10_000

    public var description: String { "\(number)/\(count)" }
}

extension GridPlan {
    /// What is about as much work as any other part; together the parts are the grid, each item once.
    ///
    /// Batches are dealt out, cut where they are for the whole grid, and the latency of each cell. Every task works it out
    /// from the same command, and comes to the same: the most expensive piece goes where the least is, and so on (longest
    /// processing time first, Graham 1969).
    /// - Parameter latencySamples: documents whose latency is measured in each cell
    public func part(_ part: GridPart, latencySamples: Int = 0) throws -> GridPlan {
        var seen: Set<String> = []
        let cells = cells.filter { seen.insert($0.identity.fingerprint).inserted }
        let pieces = try cells.indices.flatMap {
            try cells[$0].pieces(of: $0, latencySamples: latencySamples)
        }
        let order = pieces.indices.sorted { (pieces[$1].cost, $0) < (pieces[$0].cost, $1) }
        var loads = [Double](repeating: 0, count: part.count)
        var shares: [Int: CellShare] = [:]
        for piece in order.lazy.map({ pieces[$0] }) {
            let least = loads.indices.min { (loads[$0], $0) < (loads[$1], $1) } ?? 0
            loads[least] += piece.cost
            if least == part.number - 1 { shares[piece.cell, default: CellShare()].add(piece) }
        }
        let own = shares.sorted { $0.key < $1.key }.map { cell, share in
            var cell = cells[cell]
            cell.share = share
            return cell
        }
        let total = loads.reduce(0, +)
        let share = total > 0 ? loads[part.number - 1] / total : 0
        let items = "\(own.reduce(0) { $0 + $1.ownItems }) of \(cells.reduce(0) { $0 + $1.items }) items"
        let work = "about \((100 * share).rounded(toDecimals: 1))% of the work"
        return GridPlan(
            reader: reader, cells: own, firstTask: firstTask,
            remarks: remarks + ["part \(part): \(items) in \(own.count) of \(cells.count) cells, \(work)"])
    }
}

/// What is dealt out at once: a batch of a cell, or its latency.
private struct PartPiece {
    let cell: Int
    /// None where it is the latency.
    var items: [Item] = []
    let cost: Double
}

/// What a part of a grid has of a cell.
struct CellShare: Sendable {
    private(set) var items: Set<ExactText> = []
    private(set) var hasLatency = false

    fileprivate mutating func add(_ piece: PartPiece) {
        items.formUnion(piece.items.lazy.map { ExactText($0.id) })
        if piece.items.isEmpty { hasLatency = true }
    }
}

extension PlannedCell {
    fileprivate func pieces(of cell: Int, latencySamples: Int) throws -> [PartPiece] {
        let batches = try Scoring(trial, task: task).batches(of: documents).map {
            PartPiece(cell: cell, items: $0.flatMap(\.items), cost: try cost(of: $0))
        }
        let measured = documents.prefix(latencySamples).map { DocumentItems($0.document, [$0.items[0]]) }
        // The first of them twice.
        let measuring = PartPiece(cell: cell, cost: try cost(of: measured.prefix(1) + measured))
        return measured.isEmpty ? batches : [measuring] + batches
    }

    /// About how many tokens pass through a model; each of an output, which come one at a time, counts as several.
    package func cost(of documents: [DocumentItems]) throws -> Double {
        let ofToken = 5
        return try documents.reduce(0) { sum, unit in
            let layouts = try unit.items.map { try trial.reader.layout(of: $0.prompt) }
            let context = trial.reader.source(unit.document.text, behind: layouts[0].opening).tokens.count
            let kept = min(context, trial.budget.positions(for: context))
            let read =
                switch (card.role, card.family) {
                case (.upper, _): context
                case (.lower, _), (nil, .kvCache): 0
                case _: kept
                }
            let asked = zip(unit.items, layouts).reduce(0) {
                $0 + $1.1.closing.count + ofToken * trial.reader.outputExpected(of: $1.0)
            }
            let times = card.isQueryAware ? unit.items.count : 1
            return sum + Double(times) * (trial.method.passes * Double(context) + Double(read))
                + Double(asked)
        }
    }
}

extension Double {
    fileprivate func rounded(toDecimals digits: Int) -> Double {
        let scale = (0..<digits).reduce(1.0) { scale, _ in scale * 10 }
        return (self * scale).rounded() / scale
    }
}
