import Foundation
import Leaderboards
import RecordFixtures
import Results
import Testing

/// What a board says of trained methods, and of who is ahead.
struct TrainingsTests {
    private func cell(
        _ id: Int64, _ record: CellRecord, documents: Int = 40, em: (Int) -> Double
    ) -> StoredCell {
        var record = record
        record.exampleCount = documents
        return StoredCell(
            id: id, record: record, state: .done, failure: nil, runs: [1],
            scores: (0..<documents).map {
                .init(
                    exampleID: "\($0)", documentID: "\($0)", contextTokens: 100, keptPositions: 25,
                    keptBytes: 1, values: [em($0), 0.5])
            }, latencies: [])
    }

    private func training(_ name: String, seed: Int) -> TrainingRecord {
        var training = TrainingRecord(
            fingerprint: name, startedAt: Date(timeIntervalSince1970: 0), kind: "compressor", name: name,
            methodID: "pic", recipe: #"{"name": "\#(name)", "seed": \#(seed), "rate": 1}"#, threads: 1,
            host: "box")
        training.outputHash = "hash-of-\(name)"
        training.finishedAt = Date(timeIntervalSince1970: 1)
        return training
    }

    private var references: [StoredCell] {
        [
            cell(1, .sample(method: "none", ratio: 1, role: "upper", adapter: nil)) { _ in 1 },
            cell(2, .sample(method: "no-context", ratio: 1, role: "lower", adapter: nil)) {
                $0 % 20 == 0 ? 1 : 0
            },
        ]
    }

    @Test func `a training that did not take off is told beside one that did`() throws {
        let cells =
            references + [
                cell(3, .sample(adapter: "pic")) { $0 % 4 == 0 ? 0 : 1 },
                cell(4, .sample(adapter: "pic-s2")) { $0 % 20 == 1 ? 1 : 0 },
            ]
        let board = Leaderboard(
            Snapshot(
                cells: cells, runs: [], trainings: [training("pic", seed: 1), training("pic-s2", seed: 2)]))
        let section = board.sections[0]
        let entry = section.rows[1].entries[0]
        #expect(entry.trainings == 2 && entry.trainingsThatTookOff == 1)
        #expect(entry.marks.contains("1 of 2 trainings took off"))
        #expect(
            section.remarks == ["PIC at 4x: 1 of 2 trainings took off; the others are not above no context."])
        #expect(TerminalLeaderboard.render(board, color: false).contains("1 of 2 trainings took off"))
        let way = try #require(entry.shareOfWay)
        #expect(way.floor == "no-context" && abs(way.share - 0.35 / 0.95) < 1e-12)
        let interval = try #require(way.interval)
        #expect(interval.lowerBound < -1 && interval.upperBound > 1)
    }

    @Test func `one training is called one, and a survivor that is shown alone is one of two`() {
        let cells = references + [cell(3, .sample(adapter: "pic-s2")) { $0 % 4 == 0 ? 0 : 1 }]
        func remarks(_ trainings: [TrainingRecord]) -> [String] {
            Leaderboard(Snapshot(cells: cells, runs: [], trainings: trainings)).sections[0].remarks
        }
        let once =
            "One training each: PIC. What is said of them holds for these trainings, not for others of the same recipe."
        #expect(remarks([]) == [once])
        #expect(
            remarks([training("pic", seed: 1), training("pic-s2", seed: 2)])
                == [once, "PIC: 1 of 2 trainings of its recipe are shown."])
    }

    @Test func `the way begins at the method's own control where that was scored`() throws {
        var control = CellRecord.sample()
        control.parameters = #"{"control":"another-document"}"#
        control.fingerprint = "control"
        let cells =
            references + [
                cell(3, .sample()) { $0 % 2 == 0 ? 0 : 1 }, cell(4, control) { $0 % 10 == 0 ? 1 : 0 },
            ]
        let rows = Leaderboard(Snapshot(cells: cells, runs: [], trainings: [])).sections[0].rows
        let way = try #require(rows[1].entries[0].shareOfWay)
        #expect(way.floor == "another-document" && abs(way.share - 0.4 / 0.9) < 1e-12)
        #expect((way.low ?? 1) < way.share && (way.high ?? 0) > way.share)
        // The control's own way begins at no context, and it is nobody's rival.
        #expect(rows[2].entries[0].shareOfWay?.floor == "no-context" && !rows[1].entries[0].isBest)
    }

    /// p = 0.012 against each of the others.
    @Test func `who is ahead of one is not ahead of five, after correction`() {
        func isBest(others: Int) -> Bool {
            let cells =
                [cell(1, .sample(method: "best", adapter: nil)) { $0 < 16 ? 1 : 0 }]
                + (0..<others).map { i in
                    cell(Int64(2 + i), .sample(method: "m\(i)", adapter: nil)) { $0 < 10 ? 1 : 0 }
                }
            return Leaderboard(Snapshot(cells: cells, runs: [], trainings: [])).sections[0].rows[0].entries[0]
                .isBest
        }
        #expect(isBest(others: 1) && !isBest(others: 5))
    }
}
