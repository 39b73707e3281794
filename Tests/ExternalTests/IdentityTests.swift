import Contract
import External
import Foundation
import LanguageModels
import TestSupport
import Testing

/// What makes two uses of a program one method.
struct IdentityTests {
    private let folder: TemporaryFolder
    private let guest: Guest

    init() throws {
        (folder, guest) = (try TemporaryFolder(), try Guest())
        try FileManager.default.copyItem(
            atPath: Guest.script, toPath: folder.url.appendingPathComponent("guest.sh").path)
        try folder.write("weights", to: "w.bin")
    }

    private func method(_ members: String) throws -> ExternalMethod {
        let file = try folder.write("{\(members)}", to: "m-\(UUID()).json")
        return try ExternalMethod(requireCommand(file)) { _ in }
    }

    private func hash(_ members: String) throws -> String { try method(members).contentHash }

    @Test func `the command's words, its files and its version are in it, how it is run is not`() throws {
        let plain = #""command": ["sh", "guest.sh", "version", "1"]"#
        let own = try hash(plain)
        #expect(try hash(plain) == own && own.count == 64)
        #expect(try hash(plain + #", "workers": 2, "timeout": 9, "startup": 9"#) == own)
        #expect(try hash(#""command": ["sh", "guest.sh", "version", "2"]"#) != own)
        // A file that is listed, and one behind an equals sign.
        let listed = try hash(plain + #", "files": ["w.bin"]"#)
        let named = try hash(#""command": ["sh", "guest.sh", "version", "1", "--weights=w.bin"]"#)
        try folder.write("weightz", to: "w.bin")
        let changed = try hash(plain + #", "files": ["w.bin"]"#)
        #expect(listed != own && changed != listed)
        #expect(try hash(#""command": ["sh", "guest.sh", "version", "1", "--weights=w.bin"]"#) != named)
        #expect(try hash(plain) == own)
        let handle = try FileHandle(forWritingTo: folder.url.appendingPathComponent("guest.sh"))
        try handle.seekToEnd()
        try handle.write(contentsOf: Data("# changed\n".utf8))
        try handle.close()
        #expect(try hash(plain) != own)
    }

    @Test func `what it says of itself for people is not in it`() throws {
        // The words are part of the command, so that they come from a file that is not hashed.
        let methods = try ["one", "two"].map { text in
            try folder.write(text, to: "text.txt")
            return try method(
                #""command": ["sh", "-c", "exec sh guest.sh described \"$(cat text.txt)\""]"#)
        }
        #expect(methods.map(\.card.summary) == ["one", "two"])
        #expect(methods[0].contentHash == methods[1].contentHash)
        #expect(methods[0].parametersJSON == methods[1].parametersJSON)
    }

    @Test func `a script that was changed since is not run`() throws {
        let method = try method(#""command": ["sh", "guest.sh"]"#)
        try folder.write("echo nothing", to: "guest.sh")
        let preparation = try method.preparation(
            for: Demand(.positions(4)), from: Resources(guest.reader.backbone))
        let problem = Guest.problem { try preparation.open() }
        #expect(problem.contains("guest.sh was changed; start again"), "\(problem)")
    }

    @Test func `a listed file that is not there is an error`() {
        let problem = Guest.problem { _ = try method(#""command": ["sh", "guest.sh"], "files": ["no.bin"]"#) }
        #expect(problem.contains("no.bin"), "\(problem)")
    }

    @Test func `it is called by its own name, with what it was called with`() throws {
        #expect(try method(#""command": ["sh", "guest.sh"]"#).label == "Guest")
        #expect(try method(#""command": ["sh", "guest.sh", "good", "-"]"#).label == "Guest (good -)")
        let long = String(repeating: "x", count: 100)
        let label = try method(#""command": ["sh", "guest.sh", "\#(long)"]"#).label
        #expect(label == "Guest (\(long.prefix(60))…)")
        let card = try method(#""command": ["sh", "guest.sh"]"#).card
        #expect(card.id == "external" && card.family == .hardPrompt && !card.isQueryAware)
    }
}
