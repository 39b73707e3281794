import Foundation

/// A path for what a test writes, where there is nothing yet; gone when the tests end.
public func temporaryPath(_ name: String = "folder", suffix: String = "") -> URL {
    place.appendingPathComponent("\(name)-\(UUID())\(suffix)")
}

/// An empty folder for what a test writes, gone when the tests end.
public struct TemporaryFolder: Sendable {
    public let url = temporaryPath()

    public init() throws {
        try FileManager.default.createDirectory(at: url, withIntermediateDirectories: true)
    }

    public func file(_ path: String) -> URL { url.appendingPathComponent(path) }

    public func path(_ name: String) -> String { file(name).path }

    /// Writes a file, and the folders that it is in.
    /// - Returns: its path
    @discardableResult
    public func write(_ text: String, to path: String) throws -> String {
        try FileManager.default.createDirectory(
            at: file(path).deletingLastPathComponent(), withIntermediateDirectories: true)
        try Data(text.utf8).write(to: file(path))
        return self.path(path)
    }

    public func text(_ path: String) throws -> String { try String(contentsOf: file(path), encoding: .utf8) }

    /// Paths of everything in it.
    public func paths(in path: String = ".") throws -> [String] {
        try FileManager.default.subpathsOfDirectory(atPath: file(path).path).sorted()
    }
}

/// Everything that this process's tests write.
private let place: URL = {
    let url = FileManager.default.temporaryDirectory.appendingPathComponent("picbench-tests-\(UUID())")
    try? FileManager.default.createDirectory(at: url, withIntermediateDirectories: true)
    atexit { try? FileManager.default.removeItem(at: place) }
    return url
}()
