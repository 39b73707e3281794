import Files
import Foundation
import TestSupport
import Testing

struct FolderReplacementTests {
    private let folder: TemporaryFolder
    private var target: URL { folder.file("target") }

    /// Another name says that the replacement has happened.
    private static let (partial, whole) = (".picbench-partial", ".picbench-whole")

    init() throws {
        folder = try TemporaryFolder()
        for name in ["a", "b", "sub/c"] { try folder.write("old", to: "target/\(name)") }
        try folder.write("mine", to: "target/notes.txt")
    }

    private struct Fault: Error {}

    /// Writes a and sub/d anew; b and sub/c go.
    private func replace(then: () throws -> Void = {}) throws {
        try FolderReplacement.write(to: target) { replacement in
            replacement.obsolete = ["a", "b", "sub/c", "none"]
            for name in ["a", "sub/d"] { try replacement.write(Data("new".utf8), to: name) }
            try then()
        }
    }

    private func expectOld() throws {
        let isOld = try ["a", "b", "sub/c"].allSatisfy { try folder.text("target/\($0)") == "old" }
        #expect(try isOld && !folder.paths(in: "target").contains("sub/d"))
    }

    private func expectNew() throws {
        #expect(try folder.text("target/a") == "new" && folder.text("target/sub/d") == "new")
        #expect(try folder.paths(in: "target") == ["a", "notes.txt", "sub", "sub/d"])
        #expect(try folder.text("target/notes.txt") == "mine")
    }

    @Test func `a folder that was made for nothing is gone again`() throws {
        let new = folder.file("new")
        #expect(throws: Fault.self) { try FolderReplacement.write(to: new) { _ in throw Fault() } }
        #expect(!FileManager.default.fileExists(atPath: new.path))
        #expect(throws: Fault.self) { try replace { throw Fault() } }
        try expectOld()
    }

    @Test func `files are replaced together, obsolete ones go, others stay`() throws {
        let a = folder.file("target/a").path
        try FileManager.default.setAttributes([.posixPermissions: 0o640], ofItemAtPath: a)
        try replace(then: expectOld)
        try expectNew()
        let permissions = try FileManager.default.attributesOfItem(atPath: a)[.posixPermissions]
        #expect(permissions as? Int == 0o640)
    }

    @Test func `a folder that is not there is made`() throws {
        try FolderReplacement.write(to: folder.file("new/er")) { try $0.write(Data(), to: "x/y") }
        #expect(try folder.paths(in: "new/er") == ["x", "x/y"])
    }

    @Test func `where it fails, the folder stays as it was`() throws {
        #expect(throws: Fault.self) { try replace { throw Fault() } }
        try expectOld()
        // Found before anything is moved.
        try folder.write("x", to: "target/sub/d/file")
        #expect(throws: FileError.self) { try replace() }
        #expect(try folder.text("target/a") == "old" && folder.text("target/b") == "old")
        #expect(try !folder.paths(in: "target").contains { $0.contains("picbench") })
    }

    @Test func `what a process left that was killed while it wrote is no part of it`() throws {
        try folder.write("half", to: "target/\(Self.partial)/files/a")
        try folder.write("half", to: "target/\(Self.partial)/files/e")
        try FolderReplacement.finish(in: target)
        try expectOld()
        try replace()
        try expectNew()
    }

    /// Moves done so far by the process that was killed.
    @Test(arguments: [[], ["b"], ["b", "sub/c", "a"], ["b", "sub/c", "a", "sub/d"], ["files"], ["list"]])
    func `what was on disk as a whole is finished`(_ done: [String]) throws {
        let stage = "target/\(Self.whole)/files"
        for name in ["a", "sub/d"] { try folder.write("new", to: "\(stage)/\(name)") }
        try folder.write(#"["b","sub/c"]"#, to: "target/\(Self.whole)/obsolete.json")
        let all = done == ["files"] || done == ["list"]
        for name in all ? ["b", "sub/c", "a", "sub/d"] : done {
            let (old, new) = (folder.file("target/\(name)"), folder.file("\(stage)/\(name)"))
            try? FileManager.default.removeItem(at: old)
            if FileManager.default.fileExists(atPath: new.path) {
                try FileManager.default.moveItem(at: new, to: old)
            }
        }
        if all { try FileManager.default.removeItem(at: folder.file(stage)) }
        if done == ["list"] {
            try FileManager.default.removeItem(at: folder.file("target/\(Self.whole)/obsolete.json"))
        }
        try FolderReplacement.finish(in: target)
        try expectNew()
        try FolderReplacement.finish(in: target)
        try expectNew()
    }

    @Test func `the next replacement finishes the one before`() throws {
        try folder.write("new", to: "target/\(Self.whole)/files/e")
        try folder.write(#"["sub/c"]"#, to: "target/\(Self.whole)/obsolete.json")
        #expect(throws: Fault.self) { try replace { throw Fault() } }
        #expect(try folder.paths(in: "target") == ["a", "b", "e", "notes.txt", "sub"])
    }

    /// A folder from elsewhere, made so that opening it would reach out of it.
    @Test(arguments: ["../outside", "/outside", "sub/../../outside", ""])
    func `nothing outside of the folder is touched`(_ path: String) throws {
        try folder.write("precious", to: "outside")
        try FileManager.default.createSymbolicLink(
            at: folder.file("target/link"), withDestinationURL: folder.url)
        let list = try JSONEncoder().encode([path])
        try folder.write(String(decoding: list, as: UTF8.self), to: "target/\(Self.whole)/obsolete.json")
        #expect(throws: FileError.self) { try FolderReplacement.finish(in: target) }
        try folder.write("[]", to: "target/\(Self.whole)/obsolete.json")
        try folder.write("evil", to: "target/\(Self.whole)/files/link/outside")
        #expect(throws: FileError.self) { try FolderReplacement.finish(in: target) }
        #expect(throws: FileError.self) {
            try FolderReplacement.write(to: folder.file("other")) { try $0.write(Data(), to: path) }
        }
        #expect(try folder.text("outside") == "precious")
        #expect(!FileManager.default.fileExists(atPath: folder.file("other").path))
    }

    @Test func `what is read is not replaced`() throws {
        try FileManager.default.linkItem(at: folder.file("target/b"), to: folder.file("input"))
        #expect(throws: FileError.isInput(path: folder.file("target/b").path)) {
            try FolderReplacement.write(to: target, apartFrom: [folder.file("input")]) {
                $0.obsolete = ["b"]
                try $0.write(Data(), to: "a")
            }
        }
        try expectOld()
    }

    @Test func `one writes at a time`() throws {
        try replace {
            #expect(throws: FileError.busy(path: target.path)) {
                try FolderReplacement.write(to: target) { try $0.write(Data(), to: "a") }
            }
        }
        try expectNew()
    }
}
