import Foundation
import Leaderboards
import Results
import Testing

/// The static site: whole, escaped, and alive in a real browser where there is one.
struct SiteTests {
    private let folder = FileManager.default.temporaryDirectory.appendingPathComponent("site-\(UUID())")

    private func export() throws -> Int {
        let store = try ResultStore(path: folder.appendingPathComponent("r.sqlite").path)
        let run = try store.beginRun(.sample)
        let cells: [(CellRecord, Double)] = [
            (.sample(method: "none", ratio: 1, role: "upper", adapter: nil), 1),
            (.sample(method: "no-context", ratio: 1, role: "lower", adapter: nil), 0), (.sample(), 1),
            (.sample(ratio: 16), 0), (.sample(method: "icae", adapter: "icae"), 0),
        ]
        for (record, em) in cells {
            var record = record
            record.exampleCount = 60
            let cell = try store.openCell(record)
            try store.append(
                samples: (0..<60).map { i in
                    var sample = SampleRecord.sample("\(i)", em: i == 7 ? 1 - em : em)
                    sample.prediction = "<script>document.title = 'broken'</script> & \"\u{0}\u{1b}"
                    sample.context = "Anna <b>\(i)</b> went home."
                    sample.keptText = "Anna <b>"
                    return sample
                }, to: cell.id, run: run)
            try store.append(latencies: [.sample], to: cell.id, run: run)
            if record.role == nil { try store.append(attention: .sample, to: cell.id) }
            try store.finishCell(cell.id)
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
        return try Site(
            store, notes: ["pic": .init(summary: "Chunks & memories.", paper: "https://example.org/pic")]
        )
        .write(to: folder.appendingPathComponent("site"))
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
        #expect(try page("index.html").contains("How the compressors learned"))
        for file in files where file.hasSuffix(".html") {
            let html = try page(file)
            #expect(
                !html.contains("<script>") && !html.contains("\u{0}") && !html.contains("\u{1b}"), "\(file)")
            #expect(!html.contains("http://") && html.hasPrefix("<!DOCTYPE html>"))
            let base = URL(fileURLWithPath: folder.appendingPathComponent("site/\(file)").path)
                .deletingLastPathComponent()
            for match in html.matches(of: /(?:href|src)="(?!https?:|data:|#)([^"]+)"/) {
                let target = base.appendingPathComponent(String(match.1))
                #expect(FileManager.default.fileExists(atPath: target.path), "\(match.1) in \(file)")
            }
        }
        // 60 samples are two pages, the worst first.
        let first = try page("cells/3.html")
        #expect(first.contains("&lt;script&gt;") && first.contains("href=\"../cells/3-2.html\""))
        #expect(
            first.firstRange(of: "example 7<").map {
                first.distance(from: first.startIndex, to: $0.lowerBound)
            } ?? .max
                < first.firstRange(of: "example 0<").map {
                    first.distance(from: first.startIndex, to: $0.lowerBound)
                } ?? 0)
    }

    @Test func `pages of an earlier export are removed, other files stay`() throws {
        _ = try export()
        let site = folder.appendingPathComponent("site")
        try Data("old".utf8).write(to: site.appendingPathComponent("cells/999.html"))
        try Data("mine".utf8).write(to: site.appendingPathComponent("notes.txt"))
        let store = try ResultStore(path: folder.appendingPathComponent("r.sqlite").path, readOnly: true)
        _ = try Site(store).write(to: site)
        #expect(!FileManager.default.fileExists(atPath: site.appendingPathComponent("cells/999.html").path))
        #expect(FileManager.default.fileExists(atPath: site.appendingPathComponent("notes.txt").path))
    }

    static let browser = ["/usr/bin/chromium", "/usr/bin/chromium-browser", "/usr/bin/google-chrome"].first {
        FileManager.default.isExecutableFile(atPath: $0)
    }

    /// Sorts, filters and measures in the page itself, and writes what it found into the title.
    @Test(.enabled(if: browser != nil, "no Chromium on this machine"))
    func `a browser sorts, filters and fits the pages`() throws {
        _ = try export()
        let probe = """
            <script>
            addEventListener('error', e => { document.title = 'error ' + e.message; });
            addEventListener('load', () => {
              const table = document.querySelector('#scores-1');
              const names = () => [...table.tBodies[0].rows].map(r => r.cells[0].querySelector('a').textContent).join();
              const before = names();
              table.tHead.rows[0].cells[1].querySelector('button').click();
              const sorted = names();
              const select = document.querySelector('select[name=ratio]');
              select.value = '16.0';
              select.dispatchEvent(new Event('change'));
              const hidden = [...document.querySelectorAll('#scores-1 [data-ratio="4.0"]')].every(c => c.hidden);
              const fits = document.documentElement.scrollWidth <= innerWidth;
              document.title = ['ok', before, sorted, hidden, fits, location.hash].join(' ');
            });
            </script></head>
            """
        let index = folder.appendingPathComponent("site/index.html")
        try page("index.html").replacing("</head>", with: probe).write(
            to: index, atomically: true, encoding: .utf8)
        for width in [380, 1400] {
            let title = try browse(index, width: width)
            #expect(
                title
                    == "ok NONE,PIC,ICAE,NO-CONTEXT NONE,PIC,ICAE,NO-CONTEXT true true #sort-scores-1=1d&amp;ratio=16.0",
                "at \(width): \(title)")
        }
        let cell = try browse(folder.appendingPathComponent("site/cells/3.html"), width: 380)
        #expect(cell == "PIC at 4x, Question answering: picbench")
    }

    private func browse(_ page: URL, width: Int) throws -> String {
        let process = Process()
        process.executableURL = Self.browser.map { URL(fileURLWithPath: $0) }
        // A window is never narrower than 500 px, a frame is.
        let frame = page.deletingLastPathComponent().appendingPathComponent("frame.html")
        try """
        <iframe src="\(page.lastPathComponent)" style="width:\(width)px;height:900px;border:0"></iframe><script>
        onload = () => { document.title = frames[0].document.title; };</script>
        """.write(to: frame, atomically: true, encoding: .utf8)
        process.arguments = [
            "--headless", "--no-sandbox", "--disable-gpu", "--allow-file-access-from-files",
            "--user-data-dir=\(folder.appendingPathComponent("profile").path)", "--window-size=1500,1000",
            "--virtual-time-budget=5000", "--dump-dom", frame.absoluteString,
        ]
        let output = Pipe()
        process.standardOutput = output
        process.standardError = FileHandle.nullDevice
        try process.run()
        let dom = String(decoding: output.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
        process.waitUntilExit()
        return dom.firstMatch(of: /<title>([^<]*)<\/title>/).map { String($0.1) }
            ?? "no title in \(dom.prefix(300))"
    }
}
