import Datasets
import Foundation
import Results

extension StudyPart {
    /// Of the finished cells of a store: where it holds a training, of what was trained; otherwise of all the others.
    /// - Parameter arm: the name of what was trained
    package init(_ store: ResultStore, arm: String) throws {
        let snapshot = try store.snapshot()
        try snapshot.requireSound(of: store.path)
        let trainings = snapshot.trainings.filter { $0.outputHash != nil }
        guard trainings.count < 2 else {
            throw StudyError.notOneTraining(file: store.path, found: trainings.count)
        }
        training = try trainings.first.map { record in
            let points = try record.id.map { try store.points(of: $0) } ?? []
            return Training(
                recipe: record.recipe, hash: record.outputHash ?? "",
                finishedAt: record.finishedAt ?? record.startedAt, threads: record.threads,
                seconds: points.map(\.seconds).max() ?? 0,
                points: points.filter { $0.name != "loss" }.map {
                    .init(step: $0.step, name: $0.name, value: Self.rounded($0.value))
                })
        }
        scores = []
        for cell in snapshot.cells where cell.state == .done {
            let record = cell.record
            guard record.isTrained == (training != nil) else { continue }
            let isControl = record.parameters.contains(#""control":"#)
            var sums = Sums()
            try store.forEachSample(of: cell.id) { sums.add($0) }
            var own = Scores(
                arm: record.isTrained ? (isControl ? "\(arm)-of-another" : arm) : record.methodID,
                model: record.modelName, dataset: record.datasetID, task: record.taskID,
                ratio: record.role == nil ? record.ratio : nil, asked: sums.asked,
                sums: sums.byMetric(record.metrics))
            scores.append(own)
            if record.role == "lower" {
                (own.arm, own.sums) = ("guess", ["em": sums.ofGuesses])
                scores.append(own)
            }
        }
    }

    static func rounded(_ value: Double) -> Double { (10_000 * value).rounded() / 10_000 }
}

/// What samples of a cell add up to.
private struct Sums {
    /// By document and kind.
    private var samples: [String: [String: [(values: [String: Double], references: [String])]]] = [:]

    mutating func add(_ sample: SampleRecord) {
        samples[sample.documentID, default: [:]][Self.kind(of: sample), default: []].append(
            (sample.metrics, sample.references))
    }

    /// The kind of value that is asked for, or of gist.
    private static func kind(of sample: SampleRecord) -> String {
        if let kind = Gazette.valueKind(askedIn: sample.question) { return kind }
        let parts = sample.exampleID.split(separator: "-", maxSplits: 2)
        return parts.count == 3 && Int(parts[0]) != nil ? "gist \(parts[2])" : "text"
    }

    private var documents: [String] { samples.keys.sorted() }
    private var kinds: Set<String> { Set(samples.values.flatMap(\.keys)) }

    private func each<Value>(_ value: (_ document: String, _ kind: String) -> Value) -> [String: [Value]] {
        Dictionary(
            uniqueKeysWithValues: kinds.map { kind in (kind, documents.map { value($0, kind) }) })
    }

    var asked: [String: [Int]] { each { samples[$0]?[$1]?.count ?? 0 } }

    private static let kept = ["em", "f1", "nats"]

    /// What is kept of metrics that every sample has: exact match by kind, the others of all questions.
    func byMetric(_ metrics: [String]) -> [String: [String: [Double]]] {
        let all = samples.values.flatMap(\.values).joined()
        var result: [String: [String: [Double]]] = [:]
        for metric in Self.kept where metrics.contains(metric) && all.allSatisfy({ $0.values[metric] != nil })
        {
            func sum(_ samples: some Sequence<(values: [String: Double], references: [String])>) -> Double {
                StudyPart.rounded(samples.reduce(0) { $0 + ($1.values[metric] ?? 0) })
            }
            result[metric] =
                metric == "em"
                ? each { sum(samples[$0]?[$1] ?? []) }
                : [StudyPart.allKinds: documents.map { sum((samples[$0] ?? [:]).values.joined()) }]
        }
        return result
    }

    /// Exact match of whoever answers each kind of question with what is most often right about the other documents.
    var ofGuesses: [String: [Double]] {
        var counts: [String: [String: Int]] = [:]
        for (kind, samples) in samples.values.joined() {
            for sample in samples {
                counts[kind, default: [:]][sample.references.first ?? "", default: 0] += 1
            }
        }
        return each { document, kind in
            let own = (samples[document]?[kind] ?? []).map { $0.references.first ?? "" }
            var others = counts[kind] ?? [:]
            for answer in own { others[answer, default: 0] -= 1 }
            let guess = others.max { ($0.value, $1.key) < ($1.value, $0.key) }?.key
            return Double(own.filter { $0 == guess }.count)
        }
    }
}
