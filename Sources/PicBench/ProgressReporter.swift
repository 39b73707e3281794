import Files
import Foundation

/// Progress on standard error: one line that rewrites itself on a terminal, plain lines otherwise.
///
/// Used by one thread at a time: who reports from several takes turns.
final class ProgressReporter: @unchecked Sendable {
    private let isTerminal = isatty(STDERR_FILENO) == 1
    private var lastPlainLine = ContinuousClock.now - .seconds(60)
    private let started = ContinuousClock.now
    private var isLineOpen = false
    /// Seconds between plain lines.
    private let interval = 10.0

    /// Shows how far a job is; `fraction` of it was done before it started here.
    func update(done: Int, of total: Int, doneBefore: Int = 0, _ text: String) {
        let elapsed = started.duration(to: .now) / .seconds(1)
        let here = done - doneBefore
        let left = here > 0 ? elapsed / Double(here) * Double(total - done) : nil
        let percent = total > 0 ? 100 * done / total : 100
        let time = left.map { ", \(Self.clock($0)) left" } ?? ""
        if isTerminal {
            let line = "\(percent)% \(text)\(time)"
            write("\r\u{1b}[2K" + String(line.prefix(Self.columns - 1)))
            isLineOpen = true
        } else if lastPlainLine.duration(to: .now) / .seconds(1) >= interval || done == total {
            lastPlainLine = .now
            write("\(percent)% \(text)\(time)\n")
        }
    }

    /// A line that stays.
    func note(_ text: String) {
        clear()
        write(text + "\n")
    }

    func clear() {
        if isLineOpen { write("\r\u{1b}[2K") }
        isLineOpen = false
    }

    static func clock(_ seconds: Double) -> String {
        let whole = Int(seconds.rounded())
        return whole < 60
            ? "\(whole) s"
            : whole < 3600
                ? "\(whole / 60) min \(whole % 60) s" : "\(whole / 3600) h \(whole % 3600 / 60) min"
    }

    private static var columns: Int {
        var size = winsize()
        return ioctl(STDERR_FILENO, UInt(TIOCGWINSZ), &size) == 0
            && size.ws_col > 20
            ? Int(size.ws_col) : 80
    }

    private func write(_ text: String) {
        StandardError.write(text)
    }
}
