import Reading

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
    /// Cells that are about as much work as any other part's; together the parts are the grid, each cell once.
    ///
    /// Every task works it out from the same command, and comes to the same: the most expensive cell goes where
    /// the least is, and so on (longest processing time first, Graham 1969).
    public func part(_ part: GridPart) throws -> GridPlan {
        let costs = try cells.map { try $0.cost }
        let order = cells.indices.sorted { (costs[$1], $0) < (costs[$0], $1) }
        var loads = [Double](repeating: 0, count: part.count)
        var own: Set<Int> = []
        for cell in order {
            let least = loads.indices.min { (loads[$0], $0) < (loads[$1], $1) } ?? 0
            loads[least] += costs[cell]
            if least == part.number - 1 { own.insert(cell) }
        }
        let total = loads.reduce(0, +)
        let share = total > 0 ? loads[part.number - 1] / total : 0
        return GridPlan(
            reader: reader, cells: cells.indices.filter(own.contains).map { cells[$0] },
            remarks: remarks + [
                "part \(part): \(own.count) of \(cells.count) cells, about \((100 * share).rounded(toDecimals: 1))% of the work"
            ])
    }
}

extension PlannedCell {
    /// About how many tokens pass through a model; each of an output, which come one at a time, counts as several.
    var cost: Double {
        get throws {
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
}

extension Double {
    fileprivate func rounded(toDecimals digits: Int) -> Double {
        let scale = (0..<digits).reduce(1.0) { scale, _ in scale * 10 }
        return (self * scale).rounded() / scale
    }
}
