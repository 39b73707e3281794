import Foundation

/// A folder that is gone when nothing refers to it.
final class Scratch {
    let url = FileManager.default.temporaryDirectory.appendingPathComponent("external-tests-\(UUID())")

    init() throws { try FileManager.default.createDirectory(at: url, withIntermediateDirectories: true) }

    deinit { try? FileManager.default.removeItem(at: url) }

    /// - Returns: the path
    @discardableResult
    func write(_ text: String, to name: String) throws -> String {
        let file = url.appendingPathComponent(name)
        try Data(text.utf8).write(to: file)
        return file.path
    }
}
