import Foundation

/// A process, told apart from every other that has or had its number.
public struct ProcessIdentity: Codable, Sendable, Hashable {
    /// Where process numbers mean the same: one boot of a machine, one container. Where the system does not say,
    /// each process has a machine of its own, so that nobody takes it for another one.
    public var machine: String
    public var id: Int32
    /// When it started, in the kernel's ticks; 0 where the system does not say.
    public var start: Int64

    public init(machine: String, id: Int32, start: Int64) {
        self.machine = machine
        self.id = id
        self.start = start
    }

    /// This process.
    public static let current: ProcessIdentity = {
        let id = ProcessInfo.processInfo.processIdentifier
        return ProcessIdentity(machine: machineHere, id: id, start: Status(of: id)?.start ?? 0)
    }()

    /// Whether it has ended, as a process sees that looks for it; nil where that one cannot see it.
    public func hasEnded(seenFrom viewer: ProcessIdentity) -> Bool? {
        guard machine == viewer.machine else { return nil }
        guard kill(id, 0) == 0 || errno == EPERM else { return true }
        guard let status = Status(of: id) else { return false }
        return status.isOver || (start != 0 && status.start != start)
    }

    private static var machineHere: String {
        func content(_ path: String) -> String? {
            (try? String(contentsOfFile: path, encoding: .utf8))?.trimmingCharacters(
                in: .whitespacesAndNewlines)
        }
        guard let boot = content("/proc/sys/kernel/random/boot_id"),
            let namespace = try? FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/ns/pid")
        else { return UUID().uuidString }
        // Machines that were copied while they ran have one boot.
        return [boot, content("/proc/sys/kernel/hostname") ?? "", namespace].joined(separator: " ")
    }

    /// What the kernel says of a process.
    private struct Status {
        /// Whether it only waits for its parent to notice that it ended.
        let isOver: Bool
        let start: Int64

        init?(of id: Int32) {
            // The program's name stands in parentheses and may hold anything; fields 3 and 22 are behind it.
            guard let line = try? String(contentsOfFile: "/proc/\(id)/stat", encoding: .utf8),
                let end = line.lastIndex(of: ")")
            else { return nil }
            let fields = line[line.index(after: end)...].split(separator: " ")
            guard fields.count > 19, let start = Int64(fields[19]) else { return nil }
            self.start = start
            isOver = ["Z", "X"].contains(fields[0])
        }
    }
}
