import Foundation
import TestSupport
import Testing

/// The built executable, run as a user runs it.
struct Command {
    let status: Int32
    let output: String
    let error: String

    /// Beside the test bundle.
    static let executable: URL = {
        let bundles = Bundle.allBundles.map(\.bundleURL) + [URL(fileURLWithPath: CommandLine.arguments[0])]
        let candidates = bundles.map { $0.deletingLastPathComponent().appendingPathComponent("picbench") }
        return candidates.first { FileManager.default.isExecutableFile(atPath: $0.path) } ?? candidates[0]
    }()

    static let repository = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
        .deletingLastPathComponent()
        .deletingLastPathComponent()

    /// Starts the executable in `folder` without waiting for it.
    static func start(
        _ arguments: [String], in folder: URL = repository, error: FileHandle = .nullDevice
    ) throws -> Process {
        let process = Process()
        process.executableURL = executable
        process.arguments = arguments
        process.currentDirectoryURL = folder
        process.standardInput = FileHandle.nullDevice
        process.standardOutput = FileHandle.nullDevice
        process.standardError = error
        try process.run()
        return process
    }

    @discardableResult
    static func run(_ arguments: String..., input: String = "") throws -> Command {
        try run(arguments, input: input)
    }

    static func run(_ arguments: [String], input: String = "") throws -> Command {
        try run(executable, arguments, input: input)
    }

    /// What a shell makes of a script in which `"$0" "$@"` is the command.
    static func shell(_ script: String, _ arguments: [String], input: String = "") throws -> Command {
        let shell = URL(fileURLWithPath: "/bin/sh")
        return try run(shell, ["-c", script, executable.path] + arguments, input: input)
    }

    private static func run(_ program: URL, _ arguments: [String], input: String) throws -> Command {
        let folder = try TemporaryFolder()
        func file(_ name: String, _ content: String = "") throws -> URL {
            URL(fileURLWithPath: try folder.write(content, to: name))
        }
        let (outputFile, errorFile) = (try file("output"), try file("error"))
        let process = Process()
        process.executableURL = program
        process.arguments = arguments
        process.currentDirectoryURL = repository
        process.standardInput = try FileHandle(forReadingFrom: file("input", input))
        process.standardOutput = try FileHandle(forWritingTo: outputFile)
        process.standardError = try FileHandle(forWritingTo: errorFile)
        try process.run()
        process.waitUntilExit()
        return Command(
            status: process.terminationStatus, output: try String(contentsOf: outputFile, encoding: .utf8),
            error: try String(contentsOf: errorFile, encoding: .utf8))
    }

    func json() throws -> [String: Any] {
        try JSONSerialization.jsonObject(with: Data(output.utf8)) as? [String: Any] ?? [:]
    }
}

/// Expects one line on standard error that holds all parts.
func expectRefusal(_ arguments: [String], _ parts: String..., input: String = "") throws {
    let command = try Command.run(arguments, input: input)
    #expect([1, 64].contains(command.status), "status \(command.status)")
    let lines = command.error.split(separator: "\n")
    #expect(lines.count == 1 && command.error.hasPrefix("Error: "), "\(command.error)")
    for part in parts { #expect(command.error.contains(part), "\(part) in \(command.error)") }
}
