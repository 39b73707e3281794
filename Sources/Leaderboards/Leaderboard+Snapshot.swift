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
        let families = TrainingFamilies(snapshot.trainings)
        var drafts = Self.groups(shown) { SectionDraft.Key($0.record) }.map { SectionDraft($0, families) }
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
        let pairs = sections.map { section -> [Statistics.Cluster] in
            let references = ["upper", "lower"].map { scored(section, $0) }
            let shared = ScoreTable(references.flatMap { $0 }, metric: section.primaryMetric).shared(
                references)
            guard let full = shared.clusters[0].first, let none = shared.clusters[1].first else { return [] }
            return zip(full, none).map { .init(sum: $0.sum - $1.sum, count: $0.count) }
        }
        for (i, interval) in Statistics.intervals(of: pairs).enumerated() where !pairs[i].isEmpty {
            let isLowerBetter = sections[i].primary?.isLowerBetter ?? false
            let lead = interval.map { isLowerBetter ? -$0.upperBound : $0.lowerBound } ?? 0
            guard lead <= 0 else { continue }
            let others = sections[i].metrics.filter { $0 != sections[i].primaryMetric && $0 != "cut_off" }
            sections[i].warning =
                "the full context is not above no context by more than chance, so that nothing is to be compared: "
                + "try worked examples (--shots), more questions (--limit)"
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

    /// Marks the entries that are ahead of every other method at their budget by more than chance.
    ///
    /// Who scores best is compared with each of the others; a section's tests are corrected together. Controls are no
    /// methods, and are not compared.
    private mutating func markBest(_ cells: [StoredCell]) {
        let byID = Dictionary(cells.map { ($0.id, $0) }) { first, _ in first }
        for (s, section) in sections.enumerated() {
            let sign = section.primary?.isLowerBetter == true ? -1.0 : 1
            var leads: [(row: Int, entry: Int, tests: Range<Int>)] = []
            var pValues: [Double] = []
            for budget in section.budgets {
                var places = section.rows.indices.compactMap { r -> (row: Int, entry: Int, mean: Double)? in
                    let row = section.rows[r]
                    guard row.role == nil, let e = row.entries.firstIndex(where: { $0.budget == budget }),
                        let mean = row.entries[e].scores.first?.mean,
                        row.entries[e].cells.allSatisfy({ byID[$0]?.record.control == nil })
                    else { return nil }
                    return (r, e, sign * mean)
                }.sorted { $0.mean > $1.mean }
                guard places.count > 1 else { continue }
                func cells(_ place: (row: Int, entry: Int, mean: Double)) -> [StoredCell] {
                    section.rows[place.row].entries[place.entry].cells.compactMap { byID[$0] }
                }
                let table = ScoreTable(places.flatMap(cells), metric: section.primaryMetric)
                let first = places.removeFirst()
                let tests = places.map { other -> Double in
                    let shared = table.shared([cells(first), cells(other)])
                    guard let test = Contrast(shared.clusters[0], against: shared.clusters[1]),
                        sign * test.estimate > 0
                    else { return 1 }
                    return test.pValue
                }
                leads.append((first.row, first.entry, pValues.count..<pValues.count + tests.count))
                pValues += tests
            }
            let corrected = Statistics.holm(pValues)
            for lead in leads {
                sections[s].rows[lead.row].entries[lead.entry].isBest =
                    corrected[lead.tests].allSatisfy { $0 < 0.05 }
            }
        }
    }
}

extension Leaderboard.Section {
    init(_ draft: SectionDraft, metrics: [String: MetricRecord]) {
        let cells = draft.cells
        let record = cells[0].record
        let details = record.metrics.map { Leaderboard.MetricDetail(metrics[$0], id: $0) }
        let isLowerBetter = details.first { $0.id == record.primaryMetric }?.isLowerBetter ?? false
        let budgets = Set(cells.filter { $0.record.role == nil }.map(\.record.budget)).sorted()
        let rows = draft.rows.map { Leaderboard.Row($0, in: draft, details) }
        self.init(
            model: record.modelName, modelHash: record.modelHash, dataset: record.datasetID,
            taskID: record.taskID,
            task: record.taskName, primaryMetric: record.primaryMetric, metrics: record.metrics,
            metricDetails: details, variant: draft.variant, interface: record.interface,
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
}

extension Leaderboard.Row {
    init(_ draft: SectionDraft.Row, in section: SectionDraft, _ details: [Leaderboard.MetricDetail]) {
        let record = draft.record
        self.init(
            methodID: record.methodID, method: record.methodName + draft.suffix, family: record.family,
            role: record.role,
            isTrained: record.isTrained, isQueryAware: record.isQueryAware, parameters: record.parameters,
            knownTrainings: draft.knownTrainings,
            entries: draft.entries.map { $0.entry(details, in: section) })
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
            guard let median = Statistics.percentile(0.5, of: values) else { return nil }
            let interval = Statistics.medianInterval(of: values)
            return Spread(median: median, low: interval?.lowerBound, high: interval?.upperBound)
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
