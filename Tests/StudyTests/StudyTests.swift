import Foundation
import Results
import RecordFixtures
import Testing
import picbench_study

/// The study's tables over a small store, whole; to accept a wanted change, run with PICBENCH_ACCEPT=1.
struct StudyTests {
    private static let document = """
        # A study

        Prose stays.

        <!-- study: quality task=qa metric=em dataset=gazette:x -->
        what stood here is gone
        <!-- end -->

        <!-- study: controls task=qa metric=em dataset=gazette:x -->
        <!-- end -->

        <!-- study: claims metrics=qa/f1,qa/em dataset=gazette:x -->
        <!-- end -->

        <!-- study: curves quality=em@8/16 every=100 dataset=gazette:x -->
        <!-- end -->

        <!-- study: time quality=em@8/16 dataset=gazette:x -->
        <!-- end -->

        <!-- study: settings method=pic metric=em dataset=gazette-validation:x -->
        <!-- end -->

        <!-- study: fairness dataset=gazette:x -->
        <!-- end -->

        <!-- study: attention task=qa dataset=gazette:x -->
        <!-- end -->

        <!-- study: maps task=qa ratio=64 dataset=gazette:x -->
        <!-- end -->

        <!-- study: latency task=qa tokens=8 dataset=gazette:x -->
        <!-- end -->

        <!-- study: trainings -->
        <!-- end -->

        """

    @Test func `every table, and twice the same`() throws {
        let filled = try study.filled(Self.document)
        #expect(try study.filled(filled) == filled)
        let fixture = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
            .appendingPathComponent("Fixtures/study.md")
        if ProcessInfo.processInfo.environment["PICBENCH_ACCEPT"] != nil {
            try Data(filled.utf8).write(to: fixture)
        }
        #expect(try filled == String(contentsOf: fixture, encoding: .utf8))
    }

    @Test(arguments: [
        ("<!-- study: trainings -->", "has no end"),
        ("<!-- study: chess -->\n<!-- end -->", "no table 'chess'; tables: quality, "),
        ("<!-- study: quality task=qa metric=em -->\n<!-- end -->", "needs dataset=…"),
        ("<!-- study: quality task=qa metric=em dataset=z -->\n<!-- end -->", "hold nothing for"),
        ("<!-- study: maps task=qa ratio=16 dataset=gazette:x -->\n<!-- end -->", "attention at ratio 16"),
        ("<!-- study: claims metrics=chess/em dataset=gazette:x -->\n<!-- end -->", "hold nothing for"),
    ])
    func `a place that cannot be filled is named in one line`(_ document: String, _ part: String) throws {
        let error = #expect(throws: StudyError.self) { try study.filled(document) }
        let text = error?.description ?? ""
        #expect(text.contains(part) && !text.contains("\n"), "\(text)")
    }

    /// The committed study is what its store gives.
    @Test func `study-pic.md is up to date`() throws {
        let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .deletingLastPathComponent()
        let store = try ResultStore(
            path: root.appendingPathComponent("Benchmarks/study/study.sqlite.gz").path, readOnly: true)
        let committed = try String(
            contentsOf: root.appendingPathComponent("Docs/study-pic.md"), encoding: .utf8)
        #expect(try Study(store).filled(committed) == committed)
    }

    // MARK: - A small store

    private var study: Study {
        // Of icae-s3 the log was kept, of icae-s4 the log of a part.
        let names = ["pic", "pic-s2", "icae", "icae-s2", "pic-lr2", "icae-s3", "icae-s4"]
        var trainings: [TrainingRecord] = []
        var points: [Int64: [TrainingPoint]] = [:]
        for (i, name) in names.enumerated() {
            let id = Int64(i + 1)
            trainings.append(Self.training(id, name))
            points[id] = [100, 200, 300].prefix(name == "icae-s4" ? 2 : 3).map { step in
                TrainingPoint(
                    step: step, seconds: Double(step) / 4, tokens: 1000 * step, name: "em@8/16",
                    value: Double(step) / 1000 + (name.hasPrefix("pic") ? 0.1 : 0) + 0.01 * Double(i % 2))
            }
        }
        func record(_ adapter: String?, _ ratio: Double, dataset: String = "gazette:x") -> CellRecord {
            var record = CellRecord.sample(
                method: adapter?.hasPrefix("icae") == true ? "icae" : "pic", ratio: ratio, adapter: adapter)
            record.datasetID = dataset
            return record
        }
        var cells = [
            Self.cell(.sample(method: "none", ratio: 1, role: "upper", adapter: nil), [1, 1, 1], kept: 100),
            Self.cell(.sample(method: "no-context", ratio: 1, role: "lower", adapter: nil), [0, 0, 0]),
            Self.cell(.sample(method: "truncation", adapter: nil), [1, 0, 0]),
        ]
        // PIC's two memory tokens look at their own half, ICAE's everywhere.
        func looking(_ cell: StoredCell, own: Double, other: Double) -> StoredCell {
            var cell = cell
            let half = { [Double](repeating: $0 / 32, count: 32) }
            cell.attention = MemoryAttentionRecord(
                mass: [half(own) + half(other), half(other) + half(own)], documents: 2)
            return cell
        }
        for ratio in [4.0, 64] {
            cells += [
                Self.cell(record("pic", ratio), [1, 1, ratio == 4 ? 1 : 0]),
                looking(Self.cell(record("pic-s2", ratio), [1, 0, 1]), own: 0.6, other: 0),
                looking(Self.cell(record("icae", ratio), [1, 0, 0]), own: 0.4, other: 0.4),
                Self.cell(record("icae-s2", ratio), [0, 1, 0]),
                Self.cell(record("pic", ratio, dataset: "gazette-validation:x"), [1, 1, 0]),
                Self.cell(record("pic-lr2", ratio, dataset: "gazette-validation:x"), [0, 1, 0]),
            ]
            var control = record("pic", ratio)
            control.parameters = #"{"control":"another-document"}"#
            control.methodName += ", somebody else's memories"
            cells.append(Self.cell(control, [0, 0, 1]))
        }
        return Study(Snapshot(cells: cells, runs: [], trainings: trainings), points: points)
    }

    private static func training(_ id: Int64, _ name: String) -> TrainingRecord {
        let rate = name == "pic-lr2" ? 0.012 : 0.006
        let seed = ["pic-s2": 2, "icae-s2": 2, "icae-s3": 3, "icae-s4": 4][name] ?? 1
        let isKept = !["icae-s3", "icae-s4"].contains(name)
        let recipe = """
            {"name": "\(name)", "method": "\(name.prefix { $0 != "-" })", "seed": \(seed),
             "parameters": "{\\"positions\\":\\"spread\\"}", "contextTokensPerStep": 1300,
             "levels": [{"steps": 100, "ratios": [1, 2], "subjects": [1]},
                        {"steps": 200, "ratios": [4, 64, 64], "subjects": [8]}],
             "optimizer": {"muonRate": \(rate), "adamWRate": 0.0015}}
            """
        let date = Date(timeIntervalSince1970: 1_800_000_000)
        var record = TrainingRecord(
            fingerprint: name, startedAt: date, kind: "compressor", name: name,
            methodID: name.hasPrefix("icae") ? "icae" : "pic", recipe: recipe, threads: 1, host: "box")
        record.id = id
        record.outputHash = isKept ? "hash-of-\(name)" : nil
        record.finishedAt = isKept ? date : nil
        return record
    }

    private static func cell(_ record: CellRecord, _ em: [Double], kept: Int = 25) -> StoredCell {
        var latency = LatencyRecord.sample
        if record.role == "upper" {
            latency.compressSeconds = 0
            latency.prefillSeconds = 0.01
        }
        return StoredCell(
            id: 1, record: record, state: .done, failure: nil, runs: [1],
            scores: em.enumerated().map {
                .init(
                    exampleID: "\($0.offset)", documentID: "\($0.offset)", contextTokens: 100,
                    keptPositions: kept, keptBytes: kept * 1024,
                    values: [$0.element, ($0.element + 1) / 2])
            }, latencies: [latency])
    }
}
