import Foundation
import Tensors

/// What a result's reader has to know about the machine.
enum Machine {
    static var host: String { ProcessInfo.processInfo.hostName }

    static var os: String { ProcessInfo.processInfo.operatingSystemVersionString }

    /// The processor's name as the system gives it.
    static var cpu: String {
        let lines =
            (try? String(contentsOfFile: "/proc/cpuinfo", encoding: .utf8))?.split(separator: "\n") ?? []
        let name = lines.first { $0.hasPrefix("model name") }?.split(separator: ":").last
        return name.map { $0.trimmingCharacters(in: .whitespaces) } ?? "unknown"
    }

    static var threads: Int { Threads.count }

    /// Cores that this process may use: those that it may run on, and no more than its group has time for.
    static var processors: Int {
        let cores = ProcessInfo.processInfo.activeProcessorCount
        let limit = try? String(contentsOfFile: "/sys/fs/cgroup/cpu.max", encoding: .utf8)
        return min(cores, limit.flatMap(processors(inLimit:)) ?? cores)
    }

    /// What a control group's `cpu.max` allows, `200000 100000` for two; nil where it has no limit.
    static func processors(inLimit text: String) -> Int? {
        let words = text.split(whereSeparator: \.isWhitespace)
        guard words.count == 2, let quota = Double(words[0]), let period = Double(words[1]), quota > 0,
            period > 0
        else { return nil }
        return max(1, Int((quota / period).rounded(.up)))
    }

    /// The most memory that this process ever held; 0 where the system does not say.
    static var peakBytes: Int { bytes(in: "VmHWM:") }

    /// The memory that this process holds, what was freed given back first; 0 where the system does not say.
    static var residentBytes: Int {
        Threads.giveBackMemory()
        return bytes(in: "VmRSS:")
    }

    private static func bytes(in field: String) -> Int {
        let status = (try? String(contentsOfFile: "/proc/self/status", encoding: .utf8)) ?? ""
        let line = status.split(separator: "\n").first { $0.hasPrefix(field) }
        return 1024 * (line?.split(separator: " ").dropFirst().first.flatMap { Int($0) } ?? 0)
    }

    /// Refuses to compute in an address space that is too small: OpenBLAS maps 128 MiB for each thread that multiplies,
    /// and asks again without end where it does not get them.
    static func requireAddresses(forThreads threads: Int) throws {
        let needed = (threads * 128 + 256) << 20
        let memory = mmap(nil, needed, PROT_NONE, MAP_PRIVATE | MAP_ANON, -1, 0)
        guard let memory, memory != MAP_FAILED else {
            throw UsageError(
                "the memory that this process may map is limited, and \(threads) threads need \(needed >> 20) MiB more of it; "
                    + "raise the limit (ulimit -v), or give less with --threads")
        }
        munmap(memory, needed)
    }

    /// Where the executable is, links followed.
    static var executableFolder: URL? {
        Bundle.main.executableURL?.resolvingSymlinksInPath().deletingLastPathComponent()
    }

    /// What `./install` noted; nil for an executable that it did not put there, or from no checkout.
    static var installedRevision: String? {
        let file = executableFolder?.deletingLastPathComponent().appendingPathComponent(
            "share/picbench/REVISION")
        let text = file.flatMap { try? String(contentsOf: $0, encoding: .utf8) }
        let revision = text?.trimmingCharacters(in: .whitespacesAndNewlines) ?? ""
        return revision.isEmpty ? nil : revision
    }

    /// The revision of the checkout that the executable was built in, or that it was installed from; nil where
    /// neither is known.
    static var gitRevision: String? {
        guard let folder = executableFolder else { return nil }
        if let installedRevision { return installedRevision }
        func git(_ arguments: String...) -> String? { Self.git(["-C", folder.path] + arguments) }
        guard let root = git("rev-parse", "--show-toplevel"),
            let revision = git("rev-parse", "--short=12", "HEAD")
        else {
            return nil
        }
        // What decides the figures, not the files that a run writes.
        let changes = Self.git([
            "-C", root, "status", "--porcelain", "Sources", "Methods", "Tasks", "Datasets", "Models",
            "Package.swift",
        ])
        return changes == nil ? revision : "\(revision) with changes"
    }

    /// What git says; nil where it says nothing or fails.
    private static func git(_ arguments: [String]) -> String? {
        let process = Process()
        process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
        process.arguments = ["git"] + arguments
        let output = Pipe()
        process.standardOutput = output
        process.standardError = FileHandle.nullDevice
        guard (try? process.run()) != nil else { return nil }
        let data = output.fileHandleForReading.readDataToEndOfFile()
        process.waitUntilExit()
        let text = String(decoding: data, as: UTF8.self).trimmingCharacters(in: .whitespacesAndNewlines)
        return process.terminationStatus == 0 && !text.isEmpty ? text : nil
    }
}
