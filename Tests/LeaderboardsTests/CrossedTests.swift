import Foundation
import Leaderboards
import Seeding
import Testing

/// Documents and trainings as random factors, against scipy and statsmodels (Tests/References/crossed.py).
struct CrossedTests {
    private struct Reference: Decodable {
        struct Case: Decodable {
            let counts: [Int]
            let first, second: [[Double]]
            let estimate, standardError, degrees, low, high, pValue: Double
        }

        struct Way: Decodable {
            let counts: [Int]
            let own, full, floor: [Double]
            let share: Double
            let interval: [Double]
        }

        struct Median: Decodable {
            let values: [Double]
            let interval: [Double]?
        }

        struct T: Decodable {
            let degrees, critical: Double
            let pValues: [[Double]]
        }

        let cases: [Case]
        let way: Way
        let medians: [Median]
        let t: [T]
    }

    private let reference: Reference

    init() throws {
        let file = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
            .appendingPathComponent("Fixtures/crossed.json")
        reference = try JSONDecoder().decode(Reference.self, from: Data(contentsOf: file))
    }

    private func clusters(_ sums: [Double], _ counts: [Int]) -> [Statistics.Cluster] {
        zip(sums, counts).map { .init(sum: $0, count: $1) }
    }

    @Test func `differences over documents and trainings are those of statsmodels and scipy`() throws {
        for one in reference.cases {
            let found = try #require(
                Contrast(
                    one.first.map { clusters($0, one.counts) },
                    against: one.second.map { clusters($0, one.counts) }))
            for (own, expected) in [
                (found.estimate, one.estimate), (found.standardError, one.standardError),
                (found.degrees ?? 0, one.degrees), (found.interval.lowerBound, one.low),
                (found.interval.upperBound, one.high), (found.pValue, one.pValue),
            ] {
                #expect(abs(own - expected) < 1e-9 * max(1, abs(expected)), "\(own), not \(expected)")
            }
        }
    }

    @Test func `Student's t is scipy's`() {
        for one in reference.t {
            #expect(abs(StudentT.critical(degrees: one.degrees) / one.critical - 1) < 1e-9)
            for pair in one.pValues {
                for t in [pair[0], -pair[0]] {
                    let p = StudentT.pValue(t, degrees: one.degrees)
                    #expect(abs(p - pair[1]) < 1e-9 * max(1e-6, pair[1]), "\(p), not \(pair[1])")
                }
            }
        }
        #expect(StudentT.pValue(0, degrees: 3) == 1 && StudentT.pValue(.infinity, degrees: 3) == 0)
    }

    @Test func `intervals of medians are scipy's, and there is none of five values`() {
        for one in reference.medians {
            let found = Statistics.medianInterval(of: one.values.reversed())
            #expect(found == one.interval.map { $0[0]...$0[1] })
        }
        #expect(reference.medians.contains { $0.interval == nil })
        #expect(Statistics.medianInterval(of: []) == nil)
    }

    /// The bootstrap knows nothing of the delta method.
    @Test func `the share of the way has the interval of scipy's bootstrap`() throws {
        let way = reference.way
        func mean(_ sums: [Double]) -> Double { sums.reduce(0, +) / Double(way.counts.reduce(0, +)) }
        let length = mean(way.full) - mean(way.floor)
        let share = (mean(way.own) - mean(way.floor)) / length
        #expect(abs(share - way.share) < 1e-12)
        let rest = try #require(
            Contrast([
                (1 / length, [clusters(way.own, way.counts)]),
                (-share / length, [clusters(way.full, way.counts)]),
                ((share - 1) / length, [clusters(way.floor, way.counts)]),
            ]))
        #expect(abs(rest.estimate) < 1e-12)
        let width = way.interval[1] - way.interval[0]
        #expect(abs(share + rest.interval.lowerBound - way.interval[0]) < 0.06 * width)
        #expect(abs(share + rest.interval.upperBound - way.interval[1]) < 0.06 * width)
    }

    /// How many of 100 intervals hold the true difference, which is 0: trainings differ, documents do, and each training
    /// takes to each document in its own way.
    @Test(arguments: [(3, 3, 0.03), (6, 3, 0.06), (2, 2, 0.03), (3, 3, 0.0), (1, 1, 0.0)])
    func `intervals hold what they should`(_ first: Int, _ second: Int, _ spread: Double) throws {
        var generator = SeededGenerator(seed: 5, stream: "coverage \(first) \(second) \(spread)")
        let (runs, documents, questions) = (1500, 60, 4)
        var held = 0
        for _ in 0..<runs {
            let levels = (0..<documents).map { _ in 0.5 + 0.25 * generator.normal() }
            func trainings(_ count: Int) -> [[Statistics.Cluster]] {
                (0..<count).map { _ in
                    let own = spread * generator.normal()
                    return levels.map { level in
                        let p = level + own + 0.2 * generator.normal()
                        let right = (0..<questions).count { _ in generator.unit() < p }
                        return .init(sum: Double(right), count: questions)
                    }
                }
            }
            let found = try #require(Contrast(trainings(first), against: trainings(second)))
            if found.interval.contains(0) { held += 1 }
        }
        let coverage = Double(held) / Double(runs)
        // Without differences between trainings it is on the safe side.
        #expect(coverage > 0.93 && coverage < 0.99, "\(coverage)")
    }

    @Test func `what never varies proves no more than its number of documents`() throws {
        func always(_ value: Double, _ count: Int) -> [[Statistics.Cluster]] {
            [[Statistics.Cluster](repeating: .init(sum: value, count: 1), count: count)]
        }
        let two = try #require(Contrast(always(1, 2), against: always(0, 2)))
        #expect(two.pValue == 0.5 && two.interval == 1...1)
        let many = try #require(Contrast(always(1, 20), against: always(0, 20)))
        #expect(many.pValue < 1e-5)
        let same = try #require(Contrast(always(1, 20), against: always(1, 20)))
        #expect(same.pValue == 1)
        #expect(Contrast(always(1, 1), against: always(0, 1)) == nil)
    }
}
