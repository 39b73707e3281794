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
            Snapshot(cells: [better, worse, other], runs: [], trainings: []),
            .init(id: "pic", parameters: "{}"),
            .init(id: "icae", parameters: "{}"))
        let row = try #require(comparison.rows.first)
        #expect(comparison.rows.count == 1 && row.ratio == 4 && row.examples == 40)
        #expect(row.first == 0.75 && row.second == 0.5 && row.difference == 0.25 && row.relative == 0.5)
        #expect(row.low > 0 && row.high < 0.5 && row.pValue < 0.05 && row.correctedPValue == row.pValue)
        let text = TerminalComparison.render(comparison)
        #expect(text.contains("PIC against ICAE") && text.contains("+25.0") && text.contains("+50.0%"))
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
                snapshot, .init(id: "pic", parameters: "{}", which: which),
                .init(id: "icae", parameters: "{}"))
        }
        let error = #expect(throws: ComparisonError.self) { try compare(nil) }
        #expect(
            error?.description
                == "pic has cells of 2 differently trained compressors here, which are not one number; choose one: "
                + "pic@pic, pic@pic-s2")
        #expect(try compare("pic").rows.map(\.first) == [1] && compare("pic-s2").rows.map(\.first) == [0])
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
            .init(id: "pic", parameters: "{}"), .init(id: "icae", parameters: "{}")
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
