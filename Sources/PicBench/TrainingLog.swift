import Files
import Foundation
import Training

/// The lines of a training run, kept beside what it makes: each step once, however often it was interrupted.
struct TrainingLog {
    let url: URL
    private var file: Descriptor?

    /// Refuses a place that no log can be written to; nothing is written yet.
    init(_ url: URL) throws {
        self.url = url
        try RegularFile.require(url)
    }

    mutating func append(_ progress: TrainingProgress) throws {
        let file = try file ?? open(after: progress.begun)
        self.file = file
        try file.write(Self.line(progress) + "\n")
    }

    /// Leaves the lines up to a step, from which the training goes on, and none where it begins.
    private func open(after begun: Int) throws -> Descriptor {
        var kept = ""
        if begun > 0, let old = try RegularFile.read(url) {
            // What is behind the last line end is a part of a line.
            let lines = String(decoding: old, as: UTF8.self).split(
                separator: "\n", omittingEmptySubsequences: false)
            kept = lines.dropLast().prefix { (Self.step(of: $0) ?? .max) <= begun }.map { $0 + "\n" }.joined()
        }
        try FileReplacement.write(Data(kept.utf8), to: url)
        return try Descriptor.appending(url)
    }

    static func line(_ progress: TrainingProgress) -> String {
        let values = progress.values.sorted { $0.key < $1.key }
            .map { "\($0.key) \(String(format: "%.4f", $0.value))" }
        let seconds = String(format: "%.1f", progress.seconds)
        return "step \(progress.step)/\(progress.steps)  \(seconds) s  \(progress.tokens) tokens  "
            + values.joined(separator: "  ")
    }

    private static func step(of line: Substring) -> Int? {
        line.prefixMatch(of: /step (\d+)\//).flatMap { Int($0.1) }
    }
}
