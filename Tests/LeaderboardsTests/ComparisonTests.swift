import Foundation
import Leaderboards
import Results
import RecordFixtures
import Testing

struct ComparisonTests {
    /// statsmodels.stats.multitest.multipletests(p, method="holm")
    @Test func `Holm's correction is that of statsmodels`() {
        let corrected = Statistics.holm([0.01, 0.04, 0.03, 0.005])
        for (found, expected) in zip(corrected, [0.03, 0.06, 0.06, 0.02]) {
            #expect(abs(found - expected) < 1e-12)
        }
        #expect(Statistics.holm([0.9, 0.8]) == [1, 1])
        #expect(Statistics.holm([]).isEmpty)
    }

    /// scipy.stats.permutation_test(permutation_type="samples", exact): 0.03125
    @Test func `the permutation test is that of scipy`() {
        let differences = [0.3, 0.1, 0.5, -0.1, 0.4, 0.2, 0.6, 0.1, 0.0]
        let p = Statistics.permutationPValue(of: differences.map { .init(sum: $0, count: 1) })
        #expect(abs(p - 0.03125) < 0.008)
        #expect(Statistics.permutationPValue(of: [.init(sum: 0, count: 1)]) == 1)
    }

    @Test func `two methods on the same examples`() throws {
        let ids = (0..<40).map { "\($0)" }
        let better = cell(1, .sample(), ids, em: { $0 % 4 == 0 ? 0 : 1 })
        let worse = cell(2, .sample(method: "icae", adapter: "icae"), ids, em: { $0 % 2 == 0 ? 0 : 1 })
        let other = cell(3, .sample(method: "icae", ratio: 16, adapter: "icae"), ids, em: { _ in 1 })
        let comparison = try Comparison(
            Snapshot(cells: [better, worse, other], runs: [], trainings: []), [pic, icae])
        let row = try #require(comparison.rows.first)
        #expect(comparison.rows.count == 1 && row.ratio == 4 && row.examples == 40)
        #expect(
            row.first == "PIC" && row.firstScore == 0.75 && row.second == "ICAE" && row.secondScore == 0.5)
        #expect(row.difference == 0.25 && row.relative == 0.5 && row.firstSeeds == 1 && row.secondSeeds == 1)
        #expect(row.low > 0 && row.high < 0.5 && row.pValue < 0.05 && row.correctedPValue == row.pValue)
        let text = TerminalComparison.render(comparison)
        #expect(text.contains("PIC against ICAE") && text.contains("+25.0") && text.contains("+50.0%"))
        #expect(text.contains("One training each: PIC, ICAE. What is said here holds for these trainings"))
        let latex = LaTeXComparison.render(comparison)
        #expect(latex.contains(#"\begin{tabular}{lrrrrrrrrr}"#) && latex.contains(#"+50.0\%"#))
    }

    private let pic = Comparison.Method(id: "pic", parameters: "{}")
    private let icae = Comparison.Method(id: "icae", parameters: "{}")

    /// A training of a recipe that says nothing but its seed.
    private func training(_ name: String, of method: String, seed: Int, rate: Double = 1) -> TrainingRecord {
        var training = TrainingRecord(
            fingerprint: name, startedAt: Date(timeIntervalSince1970: 0), kind: "compressor", name: name,
            methodID: method, recipe: #"{"name": "\#(name)", "seed": \#(seed), "rate": \#(rate)}"#,
            threads: 1,
            host: "box")
        training.outputHash = "hash-of-\(name)"
        return training
    }

    /// Two trainings a method: pooled they would be far apart, by trainings they are not.
    @Test func `trainings of one recipe are a random factor, not more examples`() throws {
        let ids = (0..<60).map { "\($0)" }
        let cells = [("pic", 0.9), ("pic-s2", 0.5), ("icae", 0.6), ("icae-s2", 0.55)].enumerated().map {
            i, arm in
            let method = arm.0.hasPrefix("pic") ? "pic" : "icae"
            return cell(Int64(i + 1), .sample(method: method, adapter: arm.0), ids) {
                Double(($0 * 7 + i * 3) % 20) < 20 * arm.1 ? 1 : 0
            }
        }
        let trainings = ["pic", "pic-s2", "icae", "icae-s2"].enumerated().map { i, name in
            training(name, of: name.hasPrefix("pic") ? "pic" : "icae", seed: 1 + i % 2)
        }
        let known = try Comparison(Snapshot(cells: cells, runs: [], trainings: trainings), [pic, icae])
        let row = try #require(known.rows.first)
        #expect(row.firstSeeds == 2 && row.secondSeeds == 2 && known.oneTraining.isEmpty)
        #expect(abs(row.difference - 0.125) < 1e-12)
        #expect(row.low < -0.5 && row.high > 0.5 && row.pValue > 0.4)
        let text = TerminalComparison.render(known)
        #expect(text.contains("trainings or seeds (PIC 2, ICAE 2), are random"), "\(text)")
        // The same where the store does not know and whoever asks does.
        let unknown = Snapshot(cells: cells, runs: [], trainings: [])
        let named = try Comparison(
            unknown,
            [
                .init(id: "pic", parameters: "{}", which: ["pic", "pic-s2"]),
                .init(id: "icae", parameters: "{}", which: ["icae", "icae-s2"]),
            ])
        #expect(named.rows == known.rows)
        // Of another recipe they are not.
        let others = trainings.dropFirst() + [training("pic", of: "pic", seed: 1, rate: 2)]
        #expect(throws: ComparisonError.self) {
            try Comparison(Snapshot(cells: cells, runs: [], trainings: Array(others)), [pic, icae])
        }
        let board = Leaderboard(Snapshot(cells: cells, runs: [], trainings: trainings))
        let first = board.sections[0].rows[0]
        #expect(
            board.sections[0].rows.count == 2 && first.entries[0].trainings == 2 && !first.entries[0].isBest)
        #expect(first.kind == "soft prompt, 2 trainings" && board.sections[0].remarks.isEmpty)
        #expect(first.entries[0].scores[0].low == 0 && first.entries[0].scores[0].high == 1)
    }

    @Test func `what is compared can be chosen, and a name that is nobody's is told`() throws {
        let ids = (0..<20).map { "\($0)" }
        var elsewhere = CellRecord.sample(adapter: "pic")
        (elsewhere.datasetID, elsewhere.modelName) = ("squad:x", "other")
        elsewhere.modelHash = String(repeating: "b", count: 64)
        var theirs = elsewhere
        (theirs.methodID, theirs.methodName) = ("icae", "ICAE")
        let cells = [
            cell(1, .sample(), ids) { $0 % 4 == 0 ? 0 : 1 },
            cell(2, .sample(method: "icae", adapter: "icae"), ids) { $0 % 2 == 0 ? 0 : 1 },
            cell(3, .sample(method: "cut", adapter: nil), ids) { _ in 0 },
            cell(4, elsewhere, ids) { _ in 1 }, cell(5, theirs, ids) { _ in 0 },
        ]
        let snapshot = Snapshot(cells: cells, runs: [], trainings: [])
        let cut = Comparison.Method(id: "cut", parameters: "{}")
        func compare(_ methods: [Comparison.Method], _ filter: Comparison.Filter) throws -> Comparison {
            try Comparison(snapshot, methods, filter)
        }
        let all = try compare([pic, icae, cut], .init())
        #expect(all.rows.map(\.second) == ["ICAE", "CUT", "ICAE"] && all.methods == ["PIC", "ICAE", "CUT"])
        let text = TerminalComparison.render(all)
        #expect(
            text.contains("PIC against ICAE, CUT") && text.contains("squad:x") && text.contains("the other"))
        #expect(try compare([pic, icae], .init(dataset: "squad")).rows.map(\.dataset) == ["squad:x"])
        #expect(try compare([pic, icae], .init(model: "bbb")).rows.map(\.model) == ["other"])
        #expect(try compare([pic, icae], .init(metric: "f1")).rows.allSatisfy { $0.difference == 0 })
        for (filter, text) in [
            (
                Comparison.Filter(dataset: "nq"),
                "no cell here has the dataset 'nq'; known: gazette:x, squad:x"
            ),
            (.init(model: "gpt"), "no cell here has the model 'gpt'; known: other, tiny"),
            (.init(metric: "bleu"), "no cell here has the metric 'bleu'; known: em, f1"),
        ] {
            let error = #expect(throws: ComparisonError.self) { try compare([pic, icae], filter) }
            #expect(error?.description == text)
        }
    }

    @Test func `several trainings are not one number`() throws {
        let ids = ["a", "b"]
        let cells = [
            cell(1, .sample(), ids) { _ in 1 }, cell(2, .sample(adapter: "pic-s2"), ids) { _ in 0 },
            cell(3, .sample(method: "icae", adapter: "icae"), ids) { _ in 0.5 },
        ]
        let snapshot = Snapshot(cells: cells, runs: [], trainings: [])
        func compare(_ which: String?) throws -> Comparison {
            try Comparison(
                snapshot, [.init(id: "pic", parameters: "{}", which: which.map { [$0] } ?? []), icae])
        }
        let error = #expect(throws: ComparisonError.self) { try compare(nil) }
        #expect(
            error?.description
                == "pic has cells of 2 differently trained compressors here, which are not one number; choose one: "
                + "pic@pic, pic@pic-s2; or several that are trainings of one recipe: pic@pic,pic-s2")
        #expect(try compare("pic").rows.map(\.firstScore) == [1])
        #expect(try compare("pic-s2").rows.map(\.firstScore) == [0])
    }

    @Test func `who leads by more than chance is marked, who leads by chance is not`() {
        let ids = (0..<40).map { "\($0)" }
        func marks(_ em: @escaping (Int) -> Double) -> [Bool] {
            let cells = [
                cell(1, .sample(), ids, em: em),
                cell(2, .sample(method: "icae", adapter: "icae"), ids, em: { $0 % 2 == 0 ? 0 : 1 }),
            ]
            let board = Leaderboard(Snapshot(cells: cells, runs: [], trainings: []))
            return board.sections[0].rows.map { $0.entries[0].isBest }
        }
        #expect(marks { $0 % 4 == 0 ? 0 : 1 } == [true, false])
        #expect(marks { $0 % 2 == 0 && $0 > 0 ? 0 : 1 } == [false, false])
    }

    @Test func `learning curves say when one passes the other`() throws {
        func training(_ id: Int64, _ method: String) -> TrainingRecord {
            var training = TrainingRecord(
                fingerprint: method, startedAt: Date(timeIntervalSince1970: 0), kind: "compressor",
                name: method,
                methodID: method, recipe: "{}", threads: 1, host: "box")
            training.id = id
            training.outputHash = "hash-of-\(method)"
            return training
        }
        func points(_ values: [Double]) -> [TrainingPoint] {
            values.enumerated().map {
                .init(
                    step: 10 * ($0.offset + 1), seconds: 5 * Double($0.offset + 1), tokens: 1,
                    name: "em@8/16", value: $0.element)
            }
        }
        let cells = [
            cell(1, .sample(), ["a"], em: { _ in 1 }),
            cell(2, .sample(method: "icae", adapter: "icae"), ["a"], em: { _ in 0 }),
        ]
        let comparison = try Comparison(
            Snapshot(cells: cells, runs: [], trainings: [training(1, "pic"), training(2, "icae")]),
            [pic, icae]
        ) { $0 == 1 ? points([0.1, 0.3, 0.5, 0.6]) : points([0.1, 0.2, 0.25, 0.3]) }
        let curve = try #require(comparison.curves.first)
        #expect(curve.secondSeconds == 20 && curve.firstSeconds == 10 && curve.saved == 0.5)
        #expect(curve.secondStep == 40 && curve.firstStep == 20)
        #expect(TerminalComparison.render(comparison).contains("step 20, 10 s"))
    }

    private func cell(_ id: Int64, _ record: CellRecord, _ ids: [String], em: (Int) -> Double) -> StoredCell {
        StoredCell(
            id: id, record: record, state: .done, failure: nil, runs: [1],
            scores: ids.enumerated().map {
                .init(
                    exampleID: $0.element, documentID: $0.element, contextTokens: 100, keptPositions: 25,
                    keptBytes: 1,
                    values: [em($0.offset), 0.5])
            }, latencies: [])
    }
}
