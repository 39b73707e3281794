import Files
import Foundation
import Synchronization

/// Progress on standard error: one line that rewrites itself on a terminal, plain lines otherwise.
final class ProgressReporter: Sendable {
    private let isTerminal = isatty(STDERR_FILENO) == 1
    private let started = ContinuousClock.now
    /// Seconds between plain lines.
    private let interval = 10.0
    private let shown = Mutex(Shown())

    private struct Shown {
        var lastPlainLine = ContinuousClock.now - .seconds(60)
        var isLineOpen = false
    }

    /// Shows how far a job is; `fraction` of it was done before it started here.
    func update(done: Int, of total: Int, doneBefore: Int = 0, _ text: String) {
        let elapsed = started.duration(to: .now) / .seconds(1)
        let here = done - doneBefore
        let left = here > 0 ? elapsed / Double(here) * Double(total - done) : nil
        // Where nothing is counted, only words say how far it is.
        let percent = total > 0 ? "\(100 * done / total)% " : ""
        let time = left.map { ", \(Self.clock($0)) left" } ?? ""
        shown.withLock { shown in
            if isTerminal {
                let line = "\(percent)\(text)\(time)"
                StandardError.write("\r\u{1b}[2K" + String(line.prefix(Self.columns - 1)))
                shown.isLineOpen = true
            } else if shown.lastPlainLine.duration(to: .now) / .seconds(1) >= interval
                || done == total && total > 0
            {
                shown.lastPlainLine = .now
                StandardError.write("\(percent)\(text)\(time)\n")
            }
        }
    }

    /// A line that stays.
    func note(_ text: String) {
        shown.withLock { shown in
            Self.clear(&shown)
            StandardError.write(text + "\n")
        }
    }

    /// A line of whoever has no reporter, such as another program: it stands above the line that rewrites itself.
    static func interject(_ text: String) {
        StandardError.write((isatty(STDERR_FILENO) == 1 ? "\r\u{1b}[2K" : "") + text + "\n")
    }

    func clear() { shown.withLock { Self.clear(&$0) } }

    private static func clear(_ shown: inout Shown) {
        if shown.isLineOpen { StandardError.write("\r\u{1b}[2K") }
        shown.isLineOpen = false
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
}
