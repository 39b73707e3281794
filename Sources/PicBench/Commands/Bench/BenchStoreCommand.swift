import ArgumentParser
import Budgets
import Foundation
import Results

struct BenchStoreCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "store", abstract: "Writes samples to a results file, in batches as a run does.")

    @OptionGroup var options: BenchOptions

    @Option(help: "Samples that are written.")
    var samples = 10_000

    @Option(help: "Samples of a batch, which is on disk when it is written.")
    var batch = 200

    func run() throws {
        try options.apply()
        try UsageError.require("--samples", samples, 1...1_000_000_000)
        try UsageError.require("--batch", batch, 1...1_000_000)
        let folder = FileManager.default.temporaryDirectory.appendingPathComponent(
            "picbench-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        let made = (0..<samples).map(Self.sample)
        var file = 0
        let seconds = try options.seconds {
            file += 1
            let store = try ResultStore(path: folder.appendingPathComponent("\(file).sqlite").path)
            let run = try store.beginRun(
                RunRecord(
                    startedAt: Date(), host: "", cpu: "", threads: 1, os: "", toolVersion: "",
                    gitRevision: nil, command: "bench store"))
            let batches = stride(from: 0, to: samples, by: batch).map { $0..<min($0 + batch, samples) }
            let cells = try store.enter(batches.map { Self.cell($0.lowerBound, count: $0.count) })
            for (cell, batch) in zip(cells, batches) {
                _ = try store.claim(cell.id, for: run)
                try store.append(samples: Array(made[batch]), to: cell.id, run: run)
                try store.finishCell(cell.id, run: run)
            }
            try store.finishRun(run)
        }
        try options.show(
            BenchMeasurement(
                "store", of: "batches of \(batch)", count: Double(samples), units: "samples",
                seconds: seconds))
    }

    /// As question answering on gazette documents makes them: four questions a document, two metrics.
    private static func sample(_ i: Int) -> SampleRecord {
        SampleRecord(
            exampleID: "gazette-\(i / 4)-\(i % 4)", documentID: "gazette-\(i / 4)",
            question: "Where does Anna Berg number \(i) work?", prediction: "the old library",
            references: ["the library in Turku"], metrics: ["em": 0, "f1": 0.5], contextTokens: 373,
            keptPositions: 94, keptBytes: 376_000, outputTokens: 4,
            context: String(repeating: "Document \(i / 4 % 50) tells of a library. ", count: 40),
            keptText: nil)
    }

    private static func cell(_ start: Int, count: Int) -> CellRecord {
        CellRecord(
            fingerprint: "cell at \(start)", identity: "{}", modelName: "model", modelHash: "0",
            adapterName: nil,
            adapterHash: nil, methodID: "pic", methodName: "PIC", family: "soft prompt", role: nil,
            isTrained: false, isQueryAware: false, parameters: "{}", taskID: "qa",
            taskName: "Question answering", primaryMetric: "em", metrics: ["em", "f1"], datasetID: "gazette",
            datasetHash: "0", budget: Ratio(4).map(Budget.ratio) ?? .whole, seed: 1, decoding: "{}",
            exampleCount: count)
    }
}
