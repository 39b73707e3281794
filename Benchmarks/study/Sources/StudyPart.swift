import Files
import Foundation
import Leaderboards

/// What the study keeps of a training and its scores, or of methods that need none: sums for each document, in place
/// of the samples that they are of.
package struct StudyPart: Codable, Sendable {
    package struct Training: Codable, Sendable {
        package struct Point: Codable, Sendable {
            package var step: Int
            package var name: String
            package var value: Double

            package init(step: Int, name: String, value: Double) {
                self.step = step
                self.name = name
                self.value = value
            }
        }

        /// The recipe file's content.
        package var recipe: String
        /// Of what was made.
        package var hash: String
        package var finishedAt: Date
        package var threads: Int
        /// Of optimiser steps alone.
        package var seconds: Double
        package var points: [Point]

        /// That it took, those that levels went on for among them.
        package var steps: Int { points.map(\.step).max() ?? 0 }

        package init(
            recipe: String, hash: String, finishedAt: Date, threads: Int, seconds: Double, points: [Point]
        ) {
            self.recipe = recipe
            self.hash = hash
            self.finishedAt = finishedAt
            self.threads = threads
            self.seconds = seconds
            self.points = points
        }
    }

    /// The scores of an arm on a dataset at one ratio.
    package struct Scores: Codable, Sendable {
        package var arm: String
        package var model: String
        package var dataset: String
        package var task: String
        /// Nil for references.
        package var ratio: Double?
        /// Of each kind of question, how many there are about each document.
        package var asked: [String: [Int]]
        /// Of each metric and kind, or of all kinds together as `all`, the sum over each document's questions.
        package var sums: [String: [String: [Double]]]

        package init(
            arm: String, model: String, dataset: String, task: String, ratio: Double?, asked: [String: [Int]],
            sums: [String: [String: [Double]]]
        ) {
            self.arm = arm
            self.model = model
            self.dataset = dataset
            self.task = task
            self.ratio = ratio
            self.asked = asked
            self.sums = sums
        }
    }

    /// Nil where nothing was trained.
    package var training: Training?
    package var scores: [Scores]

    package init(training: Training?, scores: [Scores]) {
        self.training = training
        self.scores = scores
    }

    package static let allKinds = "all"

    /// Parts of a folder, and of folders in it.
    package static func all(in folder: String) throws -> [StudyPart] {
        let names = FileManager.default.enumerator(atPath: folder)?.compactMap { $0 as? String } ?? []
        return try names.sorted().filter { $0.hasSuffix(".json.gz") || $0.hasSuffix(".json") }.map { name in
            let path = (folder as NSString).appendingPathComponent(name)
            do {
                return try decoder.decode(StudyPart.self, from: data(of: path))
            } catch {
                throw StudyError.unreadable(file: path)
            }
        }
    }

    private static func data(of path: String) throws -> Data {
        let reader = try GzipReader(URL(fileURLWithPath: path))
        var (data, buffer) = (Data(), [UInt8](repeating: 0, count: 1 << 16))
        while case let count = try reader.read(into: &buffer), count > 0 { data += buffer[..<count] }
        return data
    }

    private static var decoder: JSONDecoder {
        let decoder = JSONDecoder()
        decoder.dateDecodingStrategy = .iso8601
        return decoder
    }

    package func write(to path: String) throws {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys]
        encoder.dateEncodingStrategy = .iso8601
        try FileReplacement.write(encoder.encode(self), to: URL(fileURLWithPath: path))
    }
}

extension StudyPart.Scores {
    /// A metric's sums and counts by document, of one kind of question or of all; documents that have none are left
    /// out. Nil where the metric was not measured.
    func clusters(_ metric: String, kind: String = StudyPart.allKinds) -> [Statistics.Cluster]? {
        guard let sums = sums[metric] else { return nil }
        let isOfAll = kind == StudyPart.allKinds
        let counts = isOfAll ? Self.total(Array(asked.values)) : asked[kind] ?? []
        let values = sums[kind] ?? (isOfAll ? Self.total(Array(sums.values)) : nil)
        return values.map {
            zip($0, counts).filter { $0.1 > 0 }.map { Statistics.Cluster(sum: $0.0, count: $0.1) }
        }
    }

    private static func total<Number: AdditiveArithmetic>(_ lists: [[Number]]) -> [Number] {
        guard let first = lists.first else { return [] }
        return lists.dropFirst().reduce(first) { zip($0, $1).map(+) }
    }
}
