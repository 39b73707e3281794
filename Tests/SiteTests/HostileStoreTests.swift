import Files
import Foundation
import Leaderboards
import RecordFixtures
import Results
import Site
import TestSupport
import Testing

/// A results file is foreign input: whatever its names are, they are words on a page, and no more.
struct HostileStoreTests {
    private let temporary: TemporaryFolder

    init() throws { temporary = try TemporaryFolder() }

    private static let names = [
        "../../../x", "../index", "index", String(repeating: "long ", count: 60), "", " ",
        "\u{1b}[2J\u{1b}]0;owned\u{7}",
        "<script>alert(1)</script>", "a | b\n\n# Heading", "[x](javascript:alert(1))", "`code` ``more``",
        "=HYPERLINK(1)", "\u{202e}gnp.exe", "tab\tand\rreturn", "%2e%2e/x", "\\..\\x",
        "https://example.org/x",
        "Ünïcode 漢字", "A", "a", "a-2", "a",
    ]

    private func store() throws -> ResultStore {
        let store = try ResultStore(path: temporary.url.appendingPathComponent("r.sqlite").path)
        var run = RunRecord.sample
        (run.host, run.command) = (Self.names[8], "picbench `run`\n\u{1b}[31m")
        let id = try store.beginRun(run)
        for (i, name) in Self.names.enumerated() {
            var record = CellRecord.sample(method: "m\(i)")
            (record.methodID, record.methodName) = (name, name)
            record.parameters = #"{"number":\#(i)}"#
            (record.taskName, record.modelName, record.datasetID) = (
                Self.names[7], Self.names[6], Self.names[8]
            )
            let cell = try store.openCell(record, for: id)
            if i % 7 == 3 {
                try store.failCell(cell.id, run: id, reason: name + "\u{1b}[1m\n\nwhy")
                continue
            }
            let samples = ["1", "2"].map { SampleRecord.sample(name + "\u{0}" + $0, em: Double(i % 3) / 2) }
            try store.append(samples: samples, to: cell.id, run: id)
            try store.finishCell(cell.id, run: id)
        }
        return store
    }

    @Test func `a site's files have names of its own`() throws {
        let folder = temporary.url.appendingPathComponent("deep/site")
        try FileManager.default.createDirectory(
            at: folder.deletingLastPathComponent(), withIntermediateDirectories: true)
        let count = try Site(store(), notes: [:], mostSamples: 1, beside: []).write(to: folder)
        let all = try FileManager.default.subpathsOfDirectory(atPath: temporary.url.path)
            .filter { !$0.hasPrefix("r.sqlite") && $0.contains(".") }
        #expect(all.count == count)
        for file in all {
            #expect(
                file.wholeMatch(of: /deep\/site\/((methods|cells)\/)?[a-z0-9-]{1,70}\.[a-z]+/) != nil,
                "\(file)")
        }
        let methods = all.count { $0.hasPrefix("deep/site/methods/") }
        #expect(methods == Self.names.indices.count { $0 % 7 != 3 })
        let index = try String(contentsOf: folder.appendingPathComponent("index.html"), encoding: .utf8)
        #expect(index.contains("href=\"style.css\"") && !index.contains("<script>"))
    }

    @Test func `names are words in every table`() throws {
        let snapshot = try store().snapshot()
        let board = Leaderboard(snapshot)
        func isClean(_ text: String) -> Bool {
            text.unicodeScalars.allSatisfy {
                $0 == "\n" || $0.properties.generalCategory != .control && $0 != "\u{202e}"
            }
        }
        let markdown = MarkdownLeaderboard.render(board)
        #expect(isClean(markdown))
        for part in ["<script", "\n# Heading", "[x](javascript", " https://", "\n\nwhy"] {
            #expect(!markdown.contains(part), "\(part)")
        }
        for line in markdown.split(separator: "\n") where line.hasPrefix("| ") {
            #expect(line.hasSuffix("|"), "\(line)")
        }
        let terminal = TerminalLeaderboard.render(board, color: false)
        #expect(isClean(terminal) && terminal.contains("<script>alert(1)</script>: "))
        let latex = LaTeXLeaderboard.render(board)
        #expect(isClean(latex))
        for table in latex.split(separator: "\\begin{table}").dropFirst() {
            let body = table.prefix(upTo: table.firstRange(of: "\\end{table}")?.lowerBound ?? table.endIndex)
            #expect(!body.contains("\n\n"))
        }
        let rows = CSVLeaderboard.render(board, forSpreadsheets: true)
        #expect(rows.contains(",'=HYPERLINK(1),") && !rows.contains(",=HYPERLINK"))
        #expect(CSVLeaderboard.render(board).contains(",=HYPERLINK(1),"))
    }
}
