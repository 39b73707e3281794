import Foundation
import Training

/// The lines of a training run, kept beside what it made.
struct TrainingLog {
    private let handle: FileHandle

    init(_ url: URL) throws {
        do {
            try FileManager.default.createDirectory(
                at: url.deletingLastPathComponent(), withIntermediateDirectories: true)
            if !FileManager.default.fileExists(atPath: url.path) { try Data().write(to: url) }
            handle = try FileHandle(forWritingTo: url)
            try handle.seekToEnd()
        } catch {
            throw TrainingError.unwritable(path: url.path, reason: error.localizedDescription)
        }
    }

    func append(_ line: String) throws {
        try handle.write(contentsOf: Data((line + "\n").utf8))
    }

    static func line(_ progress: TrainingProgress) -> String {
        let values = progress.values.sorted { $0.key < $1.key }
            .map { "\($0.key) \(String(format: "%.4f", $0.value))" }
        let seconds = String(format: "%.1f", progress.seconds)
        return "step \(progress.step)/\(progress.steps)  \(seconds) s  \(progress.tokens) tokens  "
            + values.joined(separator: "  ")
    }
}
