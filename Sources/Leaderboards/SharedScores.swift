import Results

/// Scores of several methods on the examples that all of them have, by what was drawn at random: documents, which are
/// the same for all, and each method's own seeds.
struct SharedScores {
    /// [method][seed][document], documents in order of their identifiers
    let clusters: [[[Statistics.Cluster]]]
    let examples: Int

    var documents: Int { clusters.first?.first?.count ?? 0 }

    /// The mean over examples, and over seeds.
    func mean(_ method: Int) -> Double {
        clusters[method].reduce(0) { $0 + $1.reduce(0) { $0 + $1.sum } }
            / Double(max(1, examples * clusters[method].count))
    }
}

/// What cells scored by one metric, example by example, in one order for all of them.
struct ScoreTable {
    /// The document of each example; examples of one document are neighbours.
    private let documents: [Int]
    /// Of each cell, by its identifier; NaN where it has no such example, or the metric says nothing of it.
    private let values: [Int64: [Double]]

    init(_ cells: [StoredCell], metric: String) {
        var documentOf: [ExactText: String] = [:]
        for score in cells.lazy.flatMap(\.scores) {
            let example = ExactText(score.exampleID)
            if documentOf[example] == nil { documentOf[example] = score.documentID }
        }
        let order = documentOf.sorted { ($0.value, $0.key.text) < ($1.value, $1.key.text) }
        var places: [ExactText: Int] = Dictionary(minimumCapacity: order.count)
        var documents: [Int] = []
        for (place, entry) in order.enumerated() {
            places[entry.key] = place
            let isNew = place == 0 || order[place - 1].value != entry.value
            documents.append((documents.last ?? -1) + (isNew ? 1 : 0))
        }
        self.documents = documents
        values = cells.reduce(into: [:]) { values, cell in
            var row = [Double](repeating: .nan, count: order.count)
            if let column = cell.record.metrics.firstIndex(of: metric) {
                for score in cell.scores {
                    if let place = places[ExactText(score.exampleID)] { row[place] = score.values[column] }
                }
            }
            values[cell.id] = row
        }
    }

    /// How many examples a cell has a score of.
    func examples(of cell: StoredCell) -> Int { values[cell.id]?.count { !$0.isNaN } ?? 0 }

    /// - Parameter methods: cells of the table
    func shared(_ methods: [[StoredCell]]) -> SharedScores {
        let rows = methods.map { Self.draws($0).map { $0.compactMap { values[$0.id] } } }
        let all = rows.flatMap { $0.flatMap { $0 } }
        let common = documents.indices.filter { place in all.allSatisfy { !$0[place].isNaN } }
        let clusters = rows.map { draws in
            draws.map { cells in
                var clusters: [Statistics.Cluster] = []
                var last = -1
                for place in common {
                    if documents[place] != last { clusters.append(.init(sum: 0, count: 0)) }
                    last = documents[place]
                    let sum = cells.reduce(0) { $0 + $1[place] }
                    clusters[clusters.count - 1].sum += sum / Double(cells.count)
                    clusters[clusters.count - 1].count += 1
                }
                return clusters
            }
        }
        return SharedScores(clusters: clusters, examples: all.isEmpty ? 0 : common.count)
    }

    /// A method's cells by the draws of its own randomness: by training where there are several, which differ most;
    /// otherwise by seed. In the order of the trainings' hashes, so that the same compressors are in the same one.
    static func draws(_ cells: [StoredCell]) -> [[StoredCell]] {
        let trainings = Leaderboard.groups(cells) { $0.record.adapterHash ?? "" }
        guard trainings.count > 1 else { return Leaderboard.groups(cells, by: \.record.seed) }
        return trainings.sorted { ($0[0].record.adapterHash ?? "") < ($1[0].record.adapterHash ?? "") }
    }
}
