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

    /// The most memory that this process ever held; 0 where the system does not say.
    static var peakBytes: Int {
        let status = (try? String(contentsOfFile: "/proc/self/status", encoding: .utf8)) ?? ""
        let line = status.split(separator: "\n").first { $0.hasPrefix("VmHWM:") }
        return 1024 * (line?.split(separator: " ").dropFirst().first.flatMap { Int($0) } ?? 0)
    }

    /// The revision of the checkout that the executable was built in; nil outside of one.
    static var gitRevision: String? {
        guard let folder = Bundle.main.executableURL?.resolvingSymlinksInPath().deletingLastPathComponent()
        else {
            return nil
        }
        func git(_ arguments: String...) -> String? { Self.git(["-C", folder.path] + arguments) }
        guard let root = git("rev-parse", "--show-toplevel"),
            let revision = git("rev-parse", "--short=12", "HEAD")
        else {
            return nil
        }
        // What decides the figures, not the files that a run writes.
        let changes = Self.git([
            "-C", root, "status", "--porcelain", "Sources", "Methods", "Tasks", "Models", "Package.swift",
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
