import Foundation
import GRDB
import TestSupport
import Testing

/// What the documents show is what there is.
struct DocumentationTests {
    private func text(_ path: String) throws -> String {
        try String(contentsOf: Command.repository.appendingPathComponent(path), encoding: .utf8)
    }

    @Test(arguments: ["Stride", "YesNo", "QALines"])
    func `CONTRIBUTING shows the example files as they are`(_ name: String) throws {
        #expect(try text("CONTRIBUTING.md").contains("```swift\n\(text("Examples/\(name).swift"))```"))
    }

    @Test(arguments: [
        "README.md", "CONTRIBUTING.md", "Docs/architecture.md", "Docs/bundled-model.md", "Docs/models.md",
        "Docs/study-pic.md", "Docs/recipes.md", "Docs/results.md", "Docs/datasets.md", "Docs/methods.md",
        "Docs/external-methods.md", "Benchmarks/README.md",
    ])
    func `links lead to files that exist`(_ path: String) throws {
        let folder = Command.repository.appendingPathComponent(path).deletingLastPathComponent()
        for match in try text(path).matches(of: /\]\((?!https?:)([^)#]+)[^)]*\)/) {
            let file = folder.appendingPathComponent(String(match.1))
            #expect(FileManager.default.fileExists(atPath: file.path), "\(match.1)")
        }
    }

    /// Each finds something in the committed results, and the means are the board's.
    @Test func `the queries of the results page work`() throws {
        let page = try text("Docs/results.md")
        let block = try #require(page.firstMatch(of: /## Five queries\n\n```sql\n((?s:.*?))```/)).1
        let queries = block.split(separator: ";").filter { $0.contains("SELECT") }.map(String.init)
        #expect(queries.count == 5)
        var options = Configuration()
        options.readonly = true
        let folder = try TemporaryFolder()
        let store = folder.path("results.sqlite")
        let unpacked = try Command.shell("gunzip -c leaderboard/results.sqlite.gz > \"$1\"", [store])
        #expect(unpacked.status == 0, "\(unpacked.error)")
        let found = try DatabaseQueue(path: store, configuration: options).read { db in
            try queries.map { try Row.fetchAll(db, sql: $0) }
        }
        for (query, rows) in zip(queries, found) { #expect(!rows.isEmpty, "\(query)") }
        let means = found[0].map { row in
            (key: [row["methodName"], row["budget"], row["metric"]] as [String], mean: row["mean"] as Double)
        }
        let mean = try #require(means.first { $0.key == ["PIC", "16.0x", "em"] }).mean
        let board = try Command.run("export", "csv", "--db", "leaderboard/results.sqlite.gz").output
        #expect(board.contains(",em,\(mean),"), "\(mean)")
    }

    @Test func `the page of data formats is what their cards say`() throws {
        let page = try text("Docs/datasets.md")
        let formats = try Command.run("list", "datasets", "--markdown").output
        #expect(page.hasSuffix("\n## Formats\n\n\(formats)"))
    }

    @Test func `the page of methods is what their cards say`() throws {
        #expect(try text("Docs/methods.md") == Command.run("list", "methods", "--markdown").output)
    }

    @Test func `README's commands are commands`() throws {
        let readme = try text("README.md")
        for match in readme.matches(of: /picbench (run|export|list|train|generate|tokenize|score)[^`\n]*/) {
            let words = String(match.0).replacing(/#.*/, with: "").split(separator: " ").dropFirst().map(
                String.init)
            let options = words.filter { $0.hasPrefix("-") }
            let command = Array(words.prefix { !$0.hasPrefix("-") }.prefix(2))
            let help = try Command.run(command + ["--help"]).output
            for option in options { #expect(help.contains(option), "\(option) of \(command)") }
        }
        #expect(readme.contains("picbench run --methods pic,icae --ratios 4,16,64"))
    }
}
