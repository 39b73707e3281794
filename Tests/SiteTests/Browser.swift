import Foundation

/// A headless Chromium that loads pages from a folder.
struct Browser {
    /// Where one is installed; nil where there is none.
    static let path = ["/usr/bin/chromium", "/usr/bin/chromium-browser", "/usr/bin/google-chrome"].first {
        FileManager.default.isExecutableFile(atPath: $0)
    }

    let folder: URL

    /// - Returns: the document after its scripts have run, and what they wrote to the console
    func load(_ page: String) throws -> (dom: String, console: [String]) {
        let log = folder.appendingPathComponent("chromium-\(UUID()).log")
        let (_, dom) = try Program.run(
            Self.path ?? "",
            [
                "--headless", "--no-sandbox", "--disable-gpu", "--allow-file-access-from-files",
                "--user-data-dir=\(folder.appendingPathComponent("profile-\(UUID())").path)",
                "--window-size=1500,1000", "--virtual-time-budget=60000", "--enable-logging",
                "--log-file=\(log.path)", "--dump-dom", folder.appendingPathComponent(page).absoluteString,
            ])
        let lines = (try? String(contentsOf: log, encoding: .utf8)) ?? "no log"
        return (
            dom,
            lines.split(separator: "\n").map(String.init).filter { $0.contains("CONSOLE") || $0 == "no log" }
        )
    }
}

/// Another program, run to its end.
enum Program {
    static func run(_ path: String, _ arguments: [String]) throws -> (status: Int32, output: String) {
        let process = Process()
        process.executableURL = URL(fileURLWithPath: path)
        process.arguments = arguments
        let pipe = Pipe()
        process.standardOutput = pipe
        process.standardError = path == SiteTests.tidy ? pipe : FileHandle.nullDevice
        try process.run()
        let output = String(decoding: pipe.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
        process.waitUntilExit()
        return (process.terminationStatus, output)
    }
}
