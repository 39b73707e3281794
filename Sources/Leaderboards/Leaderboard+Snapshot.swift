import Budgets
import Foundation
import Results

extension Leaderboard {
    /// - Parameter headline: the metric that tables are made of, where a task has it; nil for each task's own
    /// - Throws: where no task has it
    public init(_ snapshot: Snapshot, headline: String?) throws {
        guard let headline else {
            self.init(snapshot)
            return
        }
        let known = Set(snapshot.cells.flatMap(\.record.metrics))
        guard known.contains(headline) else {
            throw LeaderboardError.unknownMetric(headline, known: known.sorted())
        }
        var led = snapshot
        led.cells = snapshot.cells.map { $0.led(by: headline) }
        self.init(led)
    }

    public init(_ snapshot: Snapshot) {
        let shown = snapshot.cells.filter { $0.state == .failed || !$0.scores.isEmpty }
        var drafts = Self.groups(shown) { SectionDraft.Key($0.record) }.map(SectionDraft.init)
        SectionDraft.fillIntervals(of: &drafts)
        SectionDraft.tellApart(&drafts)
        sections = drafts.map { Section($0, metrics: snapshot.metrics) }
        let used = Set(shown.flatMap(\.runs))
        runs = snapshot.runs.filter { used.contains($0.id ?? 0) }.map(Run.init)
        let adapters = Set(shown.compactMap(\.record.adapterHash))
        trainings = snapshot.trainings.compactMap { training in
            guard let hash = training.outputHash, adapters.contains(hash), let method = training.methodID,
                let finished = training.finishedAt
            else { return nil }
            return Training(
                name: training.name, methodID: method, outputHash: hash, threads: training.threads,
                finishedAt: Self.text(finished))
        }
        markBest(shown)
        warn(shown)
    }

    /// Says of sections in which the full context is not above no context that they tell nothing apart.
    private mutating func warn(_ cells: [StoredCell]) {
        let byID = Dictionary(cells.map { ($0.id, $0) }) { first, _ in first }
        func scored(_ section: Section, _ role: String) -> [StoredCell] {
            (section.rows.first { $0.role == role }?.entries.flatMap(\.cells) ?? []).compactMap { byID[$0] }
        }
        let pairs = sections.map { section in
            Statistics.pairs(
                scored(section, "upper"), scored(section, "lower"), metric: section.primaryMetric
            ).map(\.difference)
        }
        for (i, interval) in Statistics.intervals(of: pairs).enumerated() where !pairs[i].isEmpty {
            let isLowerBetter = sections[i].primary?.isLowerBetter ?? false
            let lead = interval.map { isLowerBetter ? -$0.upperBound : $0.lowerBound } ?? 0
            guard lead <= 0 else { continue }
            let others = sections[i].metrics.filter { $0 != sections[i].primaryMetric && $0 != "cut_off" }
            sections[i].warning =
                "the full context is not above no context by more than chance, so that nothing is to be compared: "
                + "try --shots 3, more examples with --limit"
                + (others.isEmpty ? "" : ", or another metric (--metric \(others.joined(separator: ", ")))")
        }
    }

    /// Elements with equal keys together, in the order in which each key first appears.
    package static func groups<Element, Key: Hashable>(
        _ elements: [Element], by key: (Element) -> Key
    ) -> [[Element]] {
        var places: [Key: Int] = [:]
        var groups: [[Element]] = []
        for element in elements {
            let key = key(element)
            if let place = places[key] {
                groups[place].append(element)
            } else {
                places[key] = groups.count
                groups.append([element])
            }
        }
        return groups
    }

    package static func text(_ date: Date) -> String { date.formatted(.iso8601) }

    /// Marks the entries that are significantly ahead of the runner-up at their ratio.
    private mutating func markBest(_ cells: [StoredCell]) {
        let byID = Dictionary(cells.map { ($0.id, $0) }) { first, _ in first }
        var leads: [(section: Int, row: Int, entry: Int)] = []
        var differences: [[Statistics.Cluster]] = []
        for (s, section) in sections.enumerated() {
            let sign = section.primary?.isLowerBetter == true ? -1.0 : 1
            for budget in section.budgets {
                let places = section.rows.indices.compactMap { r -> (row: Int, entry: Int, mean: Double)? in
                    guard section.rows[r].role == nil,
                        let e = section.rows[r].entries.firstIndex(where: { $0.budget == budget }),
                        let mean = section.rows[r].entries[e].scores.first?.mean
                    else { return nil }
                    return (r, e, sign * mean)
                }.sorted { $0.mean > $1.mean }
                guard places.count > 1 else { continue }
                let (first, second) = (places[0], places[1])
                func cells(_ place: (row: Int, entry: Int, mean: Double)) -> [StoredCell] {
                    section.rows[place.row].entries[place.entry].cells.compactMap { byID[$0] }
                }
                leads.append((s, first.row, first.entry))
                differences.append(
                    Statistics.pairs(cells(first), cells(second), metric: section.primaryMetric)
                        .map { .init(sum: sign * $0.difference.sum, count: $0.difference.count) })
            }
        }
        for (lead, interval) in zip(leads, Statistics.intervals(of: differences)) {
            sections[lead.section].rows[lead.row].entries[lead.entry].isBest = (interval?.lowerBound ?? 0) > 0
        }
    }
}

extension Leaderboard.Section {
    init(_ draft: SectionDraft, metrics: [String: MetricRecord]) {
        let cells = draft.cells
        let record = cells[0].record
        let full = cells.first { $0.record.role == "upper" && $0.state == .done }
        let upper = Self.headline(of: full)
        let lower = Self.headline(of: cells.first { $0.record.role == "lower" && $0.state == .done })
        let details = record.metrics.map { Leaderboard.MetricDetail(metrics[$0], id: $0) }
        let isLowerBetter = details.first { $0.id == record.primaryMetric }?.isLowerBetter ?? false
        let budgets = Set(cells.filter { $0.record.role == nil }.map(\.record.budget)).sorted()
        let rows = draft.rows.map { row in
            Leaderboard.Row(row, details) { score, examples in
                // Of other examples a share would be a share of something else.
                guard let upper, let lower, abs(upper - lower) > 0.01, full?.scores.count == examples
                else { return nil }
                return (score - lower) / (upper - lower)
            }
        }
        self.init(
            model: record.modelName, modelHash: record.modelHash, dataset: record.datasetID,
            taskID: record.taskID,
            task: record.taskName, primaryMetric: record.primaryMetric, metrics: record.metrics,
            metricDetails: details, variant: draft.variant,
            examples: record.exampleCount,
            documents: draft.rows.flatMap(\.entries).map(\.documents).max() ?? 0,
            ratios: budgets.compactMap(\.ratioValue), positions: budgets.compactMap(\.positionsValue),
            rows: rows.enumerated().sorted {
                ($0.element.rank(isLowerBetter), $0.offset) < ($1.element.rank(isLowerBetter), $1.offset)
            }.map(\.element),
            failures: cells.filter { $0.state == .failed }.map {
                Leaderboard.Failure(
                    method: $0.record.methodName, ratio: $0.record.ratio, positions: $0.record.positions,
                    reason: $0.failure ?? "unknown")
            })
    }

    private static func headline(of cell: StoredCell?) -> Double? {
        guard let cell, let place = cell.record.metrics.firstIndex(of: cell.record.primaryMetric) else {
            return nil
        }
        let values = cell.scores.map { $0.values[place] }.filter { !$0.isNaN }
        return values.reduce(0, +) / Double(max(values.count, 1))
    }
}

extension Leaderboard.Row {
    init(
        _ draft: SectionDraft.Row, _ details: [Leaderboard.MetricDetail],
        recovered: (_ mean: Double, _ examples: Int) -> Double?
    ) {
        let record = draft.record
        self.init(
            methodID: record.methodID, method: record.methodName + draft.suffix, family: record.family,
            role: record.role,
            isTrained: record.isTrained, isQueryAware: record.isQueryAware, parameters: record.parameters,
            entries: draft.entries.map { $0.entry(details, recovered: recovered) })
    }

    /// Sorts rows: ascending, by the mean headline score within compression methods.
    fileprivate func rank(_ isLowerBetter: Bool) -> Double {
        switch role {
        case "upper": -.infinity
        case "lower": .infinity
        default:
            (isLowerBetter ? 1 : -1) * entries.reduce(0) { $0 + ($1.scores.first?.mean ?? 0) }
                / Double(entries.count)
        }
    }

    public func entry(at budget: Budget) -> Leaderboard.Entry? {
        role == nil ? entries.first { $0.budget == budget } : entries.first
    }
}

extension Leaderboard.Latency {
    package init?(_ records: [LatencyRecord]) {
        func spread(_ seconds: (LatencyRecord) -> Double) -> Spread? {
            let values = records.map(seconds)
            guard let median = Statistics.percentile(0.5, of: values),
                let p95 = Statistics.percentile(0.95, of: values)
            else { return nil }
            return Spread(median: median, p95: p95)
        }
        guard let compress = spread(\.compressSeconds), let prefill = spread(\.prefillSeconds),
            let decode = spread(\.decodeSecondsPerToken)
        else { return nil }
        self.init(compress: compress, prefill: prefill, decodePerToken: decode, samples: records.count)
    }
}

extension Leaderboard.Run {
    init(_ run: RunRecord) {
        self.init(
            id: run.id ?? 0, startedAt: Leaderboard.text(run.startedAt), host: run.host, cpu: run.cpu,
            threads: run.threads, os: run.os, toolVersion: run.toolVersion, gitRevision: run.gitRevision,
            command: run.command)
    }
}

extension Leaderboard.MetricDetail {
    /// - Parameter record: nil where the store does not say; then it is taken for a share
    init(_ record: MetricRecord?, id: String) {
        self.init(
            id: id, name: record?.name ?? Figures.metric(id), isLowerBetter: record?.isLowerBetter ?? false,
            isShare: record?.isShare ?? true)
    }
}

extension StoredCell {
    /// With a metric in front of the others, where the cell has it.
    fileprivate func led(by metric: String) -> StoredCell {
        guard let place = record.metrics.firstIndex(of: metric) else { return self }
        var cell = self
        func led<Value>(_ values: [Value]) -> [Value] {
            var values = values
            values.insert(values.remove(at: place), at: 0)
            return values
        }
        cell.record.metrics = led(record.metrics)
        cell.record.primaryMetric = metric
        for i in cell.scores.indices { cell.scores[i].values = led(scores[i].values) }
        return cell
    }
}
