import Foundation
import RecordFixtures
import Results
import TestSupport
import Testing
import picbench_study

/// The study's tables over a few small parts, whole; to accept a wanted change, run with PICBENCH_ACCEPT=1.
struct StudyTests {
    private static let place = "model=tiny dataset=gazette:x"
    private static let document = """
        # A study

        Prose stays.

        <!-- study: quality \(place) metric=em arms=none,pic,icae,guess -->
        what stood here is gone
        <!-- end -->

        <!-- study: quality \(place) metric=nats arms=pic,icae -->
        <!-- end -->

        <!-- study: kinds \(place) metric=em ratio=4 arms=pic,icae -->
        <!-- end -->

        <!-- study: contrasts \(place) metric=em pairs=pic:icae,icae:guess,pic:icae-x0.5 -->
        <!-- end -->

        <!-- study: schedules \(place) metric=em ratio=4 factors=0.5,1 arms=pic,icae -->
        <!-- end -->

        <!-- study: saving \(place) metric=em ratio=4 factors=0.5,1 pairs=pic:icae,icae:pic -->
        <!-- end -->

        <!-- study: curves \(place) quality=em@8/16 arms=pic,icae -->
        <!-- end -->

        <!-- study: seeds \(place) metric=em quality=em@8/16 level=0.3015 arms=pic,icae -->
        <!-- end -->

        <!-- study: quality \(place) metric=em quality=em@8/16 level=0.3015 took-off-by=300 arms=none,pic,icae -->
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
        ("<!-- study: quality \(place) arms=pic -->\n<!-- end -->", "needs metric=…"),
        ("<!-- study: quality model=tiny dataset=z metric=em arms=pic -->\n<!-- end -->", "hold nothing for"),
        ("<!-- study: quality \(place) metric=em arms=chess -->\n<!-- end -->", "chess of tiny"),
        ("<!-- study: contrasts \(place) metric=em pairs=pic -->\n<!-- end -->", "needs pairs=A:B"),
        ("<!-- study: curves \(place) quality=x arms=pic -->\n<!-- end -->", "points of x"),
        (
            "<!-- study: quality \(place) metric=em quality=em@8/16 level=0.3 took-off-by=200 arms=pic -->\n<!-- end -->",
            "pic of tiny"
        ),
    ])
    func `a place that cannot be filled is named in one line`(_ document: String, _ part: String) throws {
        expectRefusal(of: document, by: study, part)
    }

    private func expectRefusal(
        of document: String, by study: Study, _ part: String, at location: SourceLocation = #_sourceLocation
    ) {
        let error = #expect(throws: StudyError.self, sourceLocation: location) { try study.filled(document) }
        let text = error?.description ?? ""
        #expect(text.contains(part) && !text.contains("\n"), "\(text)", sourceLocation: location)
    }

    private static let misfits: [(part: String, change: @Sendable (inout [StudyPart]) -> Void)] = [
        ("with the same seed", { $0.append($0[1]) }),
        ("different recipes", { $0[2].training?.recipe = #"{"name": "pic", "seed": 2, "questions": 3}"# }),
        ("other questions", { $0[2].scores[0].asked["town"]?[0] = 3 }),
        ("no recipe with a seed", { $0[1].training?.recipe = "{}" }),
    ]

    @Test(arguments: misfits)
    func `parts that do not belong together are named in one line`(
        _ part: String, _ change: @Sendable (inout [StudyPart]) -> Void
    ) throws {
        var parts = Self.parts
        change(&parts)
        let document = "<!-- study: quality \(Self.place) metric=em arms=pic -->\n<!-- end -->"
        expectRefusal(of: document, by: Study(parts), part)
    }

    /// The committed study is what its parts give.
    @Test func `study-pic.md is up to date`() throws {
        let parts = try StudyPart.all(in: repository.appendingPathComponent("Benchmarks/study/parts").path)
        let committed = try String(
            contentsOf: repository.appendingPathComponent("Docs/study-pic.md"), encoding: .utf8)
        #expect(try Study(parts).filled(committed) == committed)
    }

    // MARK: - From a store

    @Test func `a part has a store's sums by document and kind of question`() throws {
        let folder = try TemporaryFolder()
        let store = try ResultStore(path: folder.path("results.sqlite"))
        let run = try store.beginRun(.sample)
        func score(_ cell: CellRecord, _ em: [Double]) throws {
            let open = try store.openCell(cell, for: run)
            let samples = em.enumerated().map { i, em in
                var sample = SampleRecord.sample("\(i / 2)-\(i)", em: em)
                sample.documentID = "\(i / 2)"
                sample.question = i % 2 == 0 ? "Who employs Berg?" : "Where was Berg born?"
                sample.references = [i % 2 == 0 ? "Harbour Mills" : i == 1 ? "Westwick" : "Eastwick"]
                return sample
            }
            try store.append(samples: samples, to: open.id, run: run)
            try store.finishCell(open.id, run: run)
        }
        func references() -> [(CellRecord, [Double])] {
            var none = CellRecord.sample(method: "no-context", ratio: 1, role: "lower", adapter: nil)
            none.exampleCount = 6
            return [(none, [0, 0, 0, 0, 0, 0])]
        }
        for (cell, em) in references() { try score(cell, em) }
        let untrained = try StudyPart(store, arm: "")
        #expect(untrained.training == nil && untrained.scores.map(\.arm) == ["no-context", "guess"])
        #expect(untrained.scores[0].asked == ["company": [1, 1, 1], "town": [1, 1, 1]])
        // Others' employer is always right; of towns the most frequent among the other two, or the first of equals.
        #expect(untrained.scores[1].sums == ["em": ["company": [1, 1, 1], "town": [0, 1, 1]]])

        var pic = CellRecord.sample(ratio: 16)
        pic.exampleCount = 6
        try score(pic, [1, 0, 1, 1, 0, 0])
        var training = TrainingRecord(
            fingerprint: "t", startedAt: Date(timeIntervalSince1970: 1_800_000_000), kind: "compressor",
            name: "pic", methodID: "pic", recipe: "{}", threads: 1, host: "box")
        training.id = nil
        let id = try store.beginTraining(training)
        try store.append(
            points: [.init(step: 5, seconds: 2, tokens: 9, name: "em@8/16", value: 0.25)], to: id)
        try store.finishTraining(id, outputHash: "made")
        let part = try StudyPart(store, arm: "mine")
        #expect(part.scores.map(\.arm) == ["mine"] && part.scores[0].ratio == 16)
        #expect(part.scores[0].sums["em"] == ["company": [1, 1, 0], "town": [0, 1, 0]])
        #expect(part.scores[0].sums["f1"] == ["all": [1, 1, 1]])
        #expect(part.training?.hash == "made" && part.training?.seconds == 2)
        // What is written is read.
        try part.write(to: folder.path("mine.json"))
        let read = try StudyPart.all(in: folder.url.path)
        #expect(read.count == 1 && read[0].scores[0].sums == part.scores[0].sums)
    }

    // MARK: - A few small parts

    private var study: Study { Study(Self.parts) }

    private static let parts: [StudyPart] = {
        func scores(
            _ arm: String, _ ratio: Double?, _ towns: [Double], _ people: [Double], nats: [Double]? = nil
        ) -> StudyPart.Scores {
            var sums = ["em": ["town": towns, "person": people]]
            sums["nats"] = nats.map { ["all": $0] }
            return StudyPart.Scores(
                arm: arm, model: "tiny", dataset: "gazette:x", task: "qa", ratio: ratio,
                asked: ["town": [2, 2, 2, 2], "person": [1, 0, 1, 1]], sums: sums)
        }
        func trained(_ arm: String, seed: Int, _ towns: [Double], _ people: [Double]) -> StudyPart {
            let recipe = #"{"name": "\#(arm)", "seed": \#(seed)}"#
            // Half as many, and ten that a level went on for.
            let steps = arm.hasSuffix("-x0.5") ? 160 : 300
            return StudyPart(
                training: .init(
                    recipe: recipe, hash: "of-\(arm)-\(seed)",
                    finishedAt: Date(timeIntervalSince1970: 1_800_000_000), threads: 1, seconds: 75,
                    points: [100, steps].map {
                        .init(step: $0, name: "em@8/16", value: Double($0 + seed) / 1000)
                    }),
                scores: [4, 64].map { ratio in
                    scores(
                        arm, ratio, ratio == 4 ? towns : towns.map { $0 / 2 }, people,
                        nats: towns.map { 3 - $0 })
                })
        }
        return [
            StudyPart(
                training: nil,
                scores: [
                    scores("none", nil, [2, 2, 2, 2], [1, 0, 1, 0]),
                    scores("guess", nil, [0, 0, 1, 0], [0, 0, 0, 0]),
                ]),
            trained("pic", seed: 1, [2, 1, 2, 2], [0, 0, 1, 0]),
            trained("pic", seed: 2, [2, 1, 1, 2], [1, 0, 0, 0]),
            trained("pic-x0.5", seed: 1, [1, 1, 1, 1], [0, 0, 0, 0]),
            trained("pic-x0.5", seed: 2, [1, 0, 1, 1], [0, 0, 0, 0]),
            trained("icae", seed: 1, [1, 1, 2, 1], [0, 0, 0, 0]),
            trained("icae", seed: 2, [1, 1, 1, 1], [0, 0, 1, 0]),
            trained("icae-x0.5", seed: 1, [0, 0, 1, 0], [0, 0, 0, 0]),
        ]
    }()
}
