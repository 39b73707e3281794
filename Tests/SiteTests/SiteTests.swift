import Files
import Foundation
import RecordFixtures
import Results
import Site
import TestSupport
import Testing

/// The static site: whole, escaped, valid, and alive in a real browser where there is one.
struct SiteTests {
    private let temporary: TemporaryFolder
    private var folder: URL { temporary.url }

    init() throws { temporary = try TemporaryFolder() }

    private func export(mostSamples: Int? = nil) throws -> Int {
        let store = try ResultStore(path: folder.appendingPathComponent("r.sqlite").path)
        let run = try store.beginRun(.sample)
        let references: [(CellRecord, Double)] = [
            (.sample(method: "none", ratio: 1, role: "upper", adapter: nil), 1),
            (.sample(method: "no-context", ratio: 1, role: "lower", adapter: nil), 0),
        ]
        let cut: (CellRecord, Double) = (
            .sample(method: "cut", adapter: nil, family: "hard-prompt"), 0.5
        )
        let cells =
            references + [
                (.sample(), 1), (.sample(ratio: 16), 0), (.sample(method: "icae", adapter: "icae"), 0), cut,
            ] + (references + [cut]).map { ($0.ofOtherModel, $1) } + [(cut.0.onOtherData, cut.1)]
        for (record, em) in cells {
            var record = record
            record.exampleCount = 60
            let cell = try store.openCell(record, for: run)
            try store.append(
                samples: (0..<60).map { i in
                    var sample = SampleRecord.sample("\(i)", em: i == 7 ? 1 - em : em)
                    sample.prediction = "<script>document.title = 'broken'</script> & \"\u{0}\u{1b}"
                    sample.context = "Anna <b>\(i)</b> went home."
                    sample.keptText = record.family == "hard-prompt" ? "<b> home" : nil
                    sample.keptSpans =
                        record.family == "hard-prompt" ? [5, 8, i < 10 ? 18 : 19, i < 10 ? 23 : 24] : nil
                    // Two questions about each document.
                    sample.documentID = "doc-\(i / 2)"
                    return sample
                }, to: cell.id, run: run)
            try store.append(latencies: [.sample], to: cell.id, run: run)
            if record.family == "soft-prompt" {
                try store.append(attention: .sample, to: cell.id, run: run)
            }
            try store.finishCell(cell.id, run: run)
        }
        let training = try store.beginTraining(
            TrainingRecord(
                fingerprint: "f", startedAt: Date(), kind: "compressor", name: "pic", methodID: "pic",
                recipe: "{}",
                threads: 1, host: "box"))
        try store.append(
            points: [10, 20, 30].map {
                .init(step: $0, seconds: Double($0), tokens: 1, name: "em@8/16", value: Double($0) / 100)
            }, to: training)
        try store.finishTraining(training, outputHash: "hash-of-pic")
        let neighbour = try #require(Site.Neighbour("Real: a model & SQuAD", path: "real"))
        return try Site(
            store, notes: ["pic": .init(summary: "Chunks & memories.", paper: "https://example.org/pic")],
            mostSamples: mostSamples, beside: [neighbour]
        ).write(to: folder.appendingPathComponent("site"))
    }

    private func page(_ path: String) throws -> String {
        try String(contentsOf: folder.appendingPathComponent("site/\(path)"), encoding: .utf8)
    }

    @Test func `all pages are there, linked and escaped`() throws {
        let count = try export()
        let files = try FileManager.default.subpathsOfDirectory(
            atPath: folder.appendingPathComponent("site").path)
        #expect(files.count { $0.contains(".") } == count)
        #expect(try page("methods/pic.html").contains("Chunks &amp; memories."))
        let index = try page("index.html")
        for part in [
            "How the compressors learned", "Where memory tokens look", "Model tiny, small;",
            "3 methods at 4x",
        ] {
            #expect(index.contains(part), "\(part)")
        }
        for file in files where file.hasSuffix(".html") {
            let html = try page(file)
            #expect(
                !html.contains("<script>") && !html.contains("\u{0}") && !html.contains("\u{1b}"), "\(file)")
            #expect(!html.contains("http://") && html.hasPrefix("<!DOCTYPE html>"))
            let base = URL(fileURLWithPath: folder.appendingPathComponent("site/\(file)").path)
                .deletingLastPathComponent()
            let anchors = Set(html.matches(of: /\sid="([^"]+)"/).map { String($0.1) })
            for match in html.matches(of: /(?:href|src)="(?!https?:|data:|real\/)([^"]+)"/) {
                let target = String(match.1)
                let isThere =
                    target.hasPrefix("#")
                    ? anchors.contains(String(target.dropFirst()))
                    : FileManager.default.fileExists(atPath: base.appendingPathComponent(target).path)
                #expect(isThere, "\(target) in \(file)")
            }
        }
    }

    @Test func `the front page leads to other boards`() throws {
        _ = try export()
        #expect(
            try page("index.html").contains(
                "<li><a href=\"real/index.html\">Real</a>: a model &amp; SQuAD</li>"))
        let named = Site.Neighbour("Mine", path: "../mine/a b.html")
        #expect(named?.name == "Mine" && named?.line == "" && named?.path == "../mine/a b.html")
        for (name, path) in [
            ("", "a"), (": a", "b"), ("a", ""), ("a", "/b"), ("a", "javascript:b"), ("a", "https://b"),
            ("a", "b\\c"),
        ] {
            #expect(Site.Neighbour(name, path: path) == nil, "\(name)=\(path)")
        }
    }

    @Test func `several models are side by side, and a list of what there is leads to each`() throws {
        _ = try export()
        let index = try page("index.html")
        let links = index.matches(of: /<a href="(#(?:models|task)-\d)">([^<]*)</).map { "\($0.1) \($0.2)" }
        #expect(
            links == [
                "#models-1 models side by side on gazette:x", "#task-1 tiny on gazette:x",
                "#task-2 small on gazette:x", "#task-3 tiny on gazette:y",
            ])
        let table = try #require(index.firstMatch(of: /<table id="models-1-0".*?<\/table>/)).0
        let heads = table.matches(of: /data-model="([^"]*)"><small>[^<]*<\/small>([^<]*)<\/th>/)
        #expect(heads.map { "\($0.1) \($0.2)" } == ["tiny 4x", "tiny 16x", "small 4x"])
        // A method that the other model does not have has an empty place.
        let icae = try #require(table.firstMatch(of: /<tr><td><a[^>]*>ICAE<.*?<\/tr>/)).0
        #expect(icae.matches(of: /<td[^>]*data-value/).count == 1 && icae.matches(of: /<td/).count == 4)
    }

    @Test func `a cell's pages show the worst samples first, with what was kept marked`() throws {
        _ = try export()
        let first = try page("cells/3.html")
        #expect(first.contains("&lt;script&gt;") && first.contains("href=\"../cells/3-2.html\""))
        #expect(first.contains("1 at 0, 0 between, 59 at 100 EM"))
        let worst = try #require(first.firstRange(of: "example 7<")?.lowerBound)
        let next = try #require(first.firstRange(of: "example 0<")?.lowerBound)
        #expect(worst < next)
        #expect(
            try page("cells/6.html").contains(
                "Anna <mark>&lt;b&gt;</mark>0&lt;/b&gt; went<mark> home</mark>."))
        // The second question about a document leads to the context that the first shows.
        #expect(first.contains("<article id=\"document-doc0\">") && first.contains("href=\"#document-doc0\""))
    }

    @Test func `a site with a limit says how many samples it leaves out`() throws {
        _ = try export(mostSamples: 5)
        let cell = try page("cells/3.html")
        #expect(cell.contains("The 5 worst of 60 samples") && cell.matches(of: /<article/).count == 5)
        #expect(cell.contains("98.3 (95.0–100.0)"))
        #expect(
            !FileManager.default.fileExists(atPath: folder.appendingPathComponent("site/cells/3-2.html").path)
        )
    }

    @Test func `pages of an earlier export are removed, other files stay`() throws {
        _ = try export()
        let site = folder.appendingPathComponent("site")
        try FileManager.default.copyItem(
            at: site.appendingPathComponent("cells/3.html"), to: site.appendingPathComponent("cells/999.html")
        )
        for mine in ["notes.txt", "methods/mine.html"] {
            try Data("mine".utf8).write(to: site.appendingPathComponent(mine))
        }
        let store = try ResultStore(path: folder.appendingPathComponent("r.sqlite").path, readOnly: true)
        _ = try Site(store).write(to: site)
        #expect(!FileManager.default.fileExists(atPath: site.appendingPathComponent("cells/999.html").path))
        #expect(FileManager.default.fileExists(atPath: site.appendingPathComponent("notes.txt").path))
        #expect(FileManager.default.fileExists(atPath: site.appendingPathComponent("methods/mine.html").path))
    }

    @Test(arguments: ["index.html", "style.css"])
    func `a folder that something else has filled is refused`(_ name: String) throws {
        let site = folder.appendingPathComponent("other")
        try FileManager.default.createDirectory(at: site, withIntermediateDirectories: true)
        try Data("mine".utf8).write(to: site.appendingPathComponent(name))
        _ = try export()
        let store = try ResultStore(path: folder.appendingPathComponent("r.sqlite").path, readOnly: true)
        #expect(throws: FileError.notOurs(path: site.appendingPathComponent(name).path)) {
            try Site(store).write(to: site)
        }
        #expect(try FileManager.default.contentsOfDirectory(atPath: site.path) == [name])
    }

    @Test func `an export that cannot be whole changes nothing`() throws {
        _ = try export()
        let site = folder.appendingPathComponent("site")
        let index = site.appendingPathComponent("index.html")
        let old = try String(contentsOf: index, encoding: .utf8) + "old"
        try Data(old.utf8).write(to: index)
        // In a page's place.
        let page = site.appendingPathComponent("methods/pic.html")
        try FileManager.default.removeItem(at: page)
        try FileManager.default.createDirectory(at: page, withIntermediateDirectories: true)
        let store = try ResultStore(path: folder.appendingPathComponent("r.sqlite").path, readOnly: true)
        #expect(throws: FileError.self) { try Site(store).write(to: site) }
        #expect(try String(contentsOf: index, encoding: .utf8) == old)
        let files = try FileManager.default.contentsOfDirectory(atPath: site.path)
        #expect(!files.contains { $0.hasPrefix(".") }, "\(files)")
    }

    @Test func `a results file that has a page's name is not replaced`() throws {
        _ = try export()
        let site = folder.appendingPathComponent("site")
        for name in ["leaderboard.csv", "cells/old.html"] {
            let file = site.appendingPathComponent(name)
            try? FileManager.default.removeItem(at: file)
            try FileManager.default.copyItem(at: folder.appendingPathComponent("r.sqlite"), to: file)
            let store = try ResultStore(path: file.path, readOnly: true)
            if name == "leaderboard.csv" {
                #expect(throws: FileError.isInput(path: file.path)) { try Site(store).write(to: site) }
            } else {
                _ = try Site(store).write(to: site)
            }
            #expect(try ResultStore(path: file.path, readOnly: true).cells().cells.count == 10)
        }
    }

    static let tidy = "/usr/bin/tidy"

    @Test(
        .enabled(
            if: FileManager.default.isExecutableFile(atPath: tidy), "no tidy; .ci/setup-browser installs it"))
    func `tidy has nothing to say`() throws {
        _ = try export()
        let site = folder.appendingPathComponent("site")
        let pages = try FileManager.default.subpathsOfDirectory(atPath: site.path).filter {
            $0.hasSuffix(".html")
        }
        #expect(pages.count > 10)
        let (status, output) = try Program.run(
            Self.tidy, ["-quiet", "-errors", "-utf8"] + pages.map { site.appendingPathComponent($0).path })
        #expect(status == 0 && output.isEmpty, "\(output.prefix(2000))")
    }

    @Test(.enabled(if: Browser.path != nil, "no Chromium; .ci/setup-browser installs it"))
    func `a browser sorts, filters, follows links and fits the pages, and shows them without scripts`() throws
    {
        _ = try export()
        let browser = Browser(folder: folder)
        let harness = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
            .appendingPathComponent("Fixtures/browser.html")
        try FileManager.default.copyItem(at: harness, to: folder.appendingPathComponent("browser.html"))
        let (dom, console) = try browser.load("browser.html")
        let report = dom.firstMatch(of: /<pre id="report">([^<]*)<\/pre>/).map { String($0.1) } ?? dom
        #expect(report.hasSuffix("done\n") && !report.contains("failed"), "\(report)")
        #expect(report.matches(of: /ok\s/).count > 40)
        // The frame without scripts says that it runs none; nothing else is said.
        let said = console.filter { !$0.contains("'allow-scripts' permission is not set") }
        #expect(said.isEmpty, "\(said)")
    }
}

extension CellRecord {
    fileprivate var ofOtherModel: CellRecord {
        var record = self
        record.modelName = "small"
        record.modelHash = "fedcba0987654321"
        record.fingerprint += " small"
        return record
    }

    fileprivate var onOtherData: CellRecord {
        var record = self
        record.datasetID = "gazette:y"
        record.datasetHash = "e"
        record.fingerprint += " y"
        return record
    }
}
