import Foundation
import TestSupport
import Testing

/// The committed leaderboard is what its store gives.
struct CommittedLeaderboardTests {
    /// The bundled model's, and the real one's in a folder of its own.
    @Test(arguments: [("leaderboard", 6_500_000), ("leaderboard/smollm2", 6_000_000)])
    func `every file is what the folder's rebuild makes of the store`(_ place: String, _ most: Int) throws {
        let committed = Command.repository.appendingPathComponent(place)
        let script = try String(contentsOf: committed.appendingPathComponent("rebuild"), encoding: .utf8)
        let samples = try #require(script.firstMatch(of: /--samples (\d+)/)).1
        let beside = script.firstMatch(of: /--beside '([^']*)'/).map { ["--beside", String($0.1)] } ?? []
        let folder = try TemporaryFolder()
        let made = try Command.run(
            [
                "export", "html", "--db", "\(place)/results.sqlite.gz", "--samples", String(samples), "-o",
                folder.url.path,
            ]
                + beside)
        #expect(made.status == 0, "\(made.error)")
        let files = try names(in: folder.url)
        let here = try names(in: committed).subtracting([
            "rebuild", "model.py", "pack.py", "llmlingua-2.json", "results.sqlite.gz",
        ]).filter {
            name in
            !["smollm2/", "made/", "results.sqlite"].contains { name.hasPrefix($0) }
        }
        #expect(files == here, "\(files.symmetricDifference(here).sorted())")
        var size = 0
        for file in files.sorted() {
            let expected = try Data(contentsOf: folder.url.appendingPathComponent(file))
            size += expected.count
            let found = try? Data(contentsOf: committed.appendingPathComponent(file))
            #expect(found == expected, "\(place)/\(file) is not up to date; run \(place)/rebuild")
        }
        #expect(size < most)
    }

    private func names(in folder: URL) throws -> Set<String> {
        Set(
            try FileManager.default.subpathsOfDirectory(atPath: folder.path).filter { name in
                var isFolder: ObjCBool = false
                let path = folder.appendingPathComponent(name).path
                return FileManager.default.fileExists(atPath: path, isDirectory: &isFolder)
                    && !isFolder.boolValue
            })
    }

    /// Docs/leaderboard-json.md has a line for every field of the JSON, and none for another.
    @Test func `the fields of the JSON are those that are described`() throws {
        let board = try Command.run("export", "json", "--db", "leaderboard/results.sqlite.gz").json()
        var found: Set<String> = []
        func collect(_ value: Any, _ depth: Int) {
            if let object = value as? [String: Any] {
                for (key, value) in object {
                    if depth < 4 { found.insert(String(repeating: ".", count: depth) + key) }
                    if key != "failures" { collect(value, depth + 1) }
                }
            } else if let list = value as? [Any] {
                for element in list { collect(element, depth) }
            }
        }
        for list in ["sections", "runs", "trainings"] {
            #expect(board[list] is [Any])
        }
        collect(["sections": board["sections"] ?? []], 0)
        let text = try String(
            contentsOf: Command.repository.appendingPathComponent("Docs/leaderboard-json.md"), encoding: .utf8
        )
        let described = Set(
            text.split(separator: "\n").filter { $0.hasPrefix("| `") }.flatMap { line in
                line.split(separator: "|")[0].matches(of: /`([a-zA-Z.]+)(?:\[\])?`/).map { String($0.1) }
            })
        // Null fields are left out of the JSON, such as the failures of a store without any.
        let missing = found.subtracting(described)
        #expect(missing.isEmpty, "\(missing.sorted())")
        #expect(
            described.isSuperset(of: ["sections", ".rows", "..entries", "...scores", "runs", "trainings"]))
    }
}
