import Budgets
import Contract
import External
import Foundation
import LanguageModels
import Prompting
import Reading
import TestSupport

/// The guest of the fixtures as a method, and what it is asked.
final class Guest {
    let reader: Reader
    /// What the guest writes its own lines to.
    let file = temporaryPath("guest", suffix: ".txt")
    private let spoken = Spoken()

    /// Positions that may be kept of a context.
    private let budget: Int

    init(budget: Int = 4) throws {
        reader = try Reader(Backbone(folder: bundledModel))
        self.budget = budget
    }

    static let script = repository.appendingPathComponent("Tests/ExternalTests/Fixtures/guest.sh").path

    /// What it wrote, a line each.
    var notes: [String] {
        (try? String(contentsOf: file, encoding: .utf8))?.split(separator: "\n").map(String.init) ?? []
    }

    /// What it said on standard error.
    var log: [String] { spoken.lines }

    func command(_ mode: String, _ settings: String = "timeout=20") throws -> ExternalCommand {
        try requireCommand("external:\(settings):command=sh '\(Self.script)' \(mode) '\(file.path)'")
    }

    func method(_ mode: String, _ settings: String = "timeout=20") throws -> ExternalMethod {
        try ExternalMethod(command(mode, settings)) { [spoken] in spoken.append($0) }
    }

    /// An opened trial of it; whoever gets it closes its preparation.
    func trial(_ mode: String, _ settings: String = "timeout=20") throws -> Trial {
        let budget = Budget.positions(budget)
        let method = try method(mode, settings)
        let preparation = try method.preparation(
            for: Demand(budget), from: Resources(reader.backbone))
        try preparation.open()
        return Trial(method, preparation, budget: budget, reader: reader)
    }

    /// What the harness keeps of some contexts, the guest closed afterwards.
    func keep(
        _ mode: String, _ settings: String = "timeout=20", _ texts: [String] = [Guest.text]
    ) throws -> [KeptContext] {
        let trial = try trial(mode, settings)
        defer { trial.preparation.close() }
        return try trial.keep(texts.map { context($0) })
    }

    static let text = "Anna Berg was born in Oslo in 1950. She plays the violin."

    func context(_ text: String = Guest.text, question: String? = nil) -> Context {
        Context(
            SourceText(text, tokenizer: reader.tokenizer), limit: .positions(budget), seed: .max,
            question: question)
    }

    /// What went wrong, in one line; empty where nothing did.
    static func problem(_ body: () throws -> Void) -> String {
        do {
            try body()
            return ""
        } catch {
            return "\(error)"
        }
    }
}

func requireCommand(_ text: String) throws -> ExternalCommand {
    guard let command = try ExternalCommand(describedBy: text) else { throw NoCommand(text: text) }
    return command
}

struct NoCommand: Error {
    let text: String
}

/// Whether a process is there, and be it one of ours that nobody waited for.
func isThere(_ process: String) -> Bool {
    guard let id = Int32(process), kill(id, 0) == 0 else { return false }
    // One that has ended and that its new parent has not yet waited for is gone.
    let status = (try? String(contentsOfFile: "/proc/\(id)/stat", encoding: .utf8)) ?? ""
    let fields = status.split(separator: ")").last?.split(separator: " ") ?? []
    return fields.count < 2 || fields[0] != "Z" || fields[1] == "\(getpid())"
}

/// Whether none of some processes is there; one that was killed may take a moment.
func areGone(_ processes: [String]) -> Bool {
    let deadline = ContinuousClock.now + .seconds(5)
    while processes.contains(where: isThere) {
        if ContinuousClock.now > deadline { return false }
        usleep(10_000)
    }
    return true
}
