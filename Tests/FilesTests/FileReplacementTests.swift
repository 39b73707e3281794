import Files
import Foundation
import TestSupport
import Testing

struct FileReplacementTests {
    private let folder: TemporaryFolder
    private var target: URL { folder.file("a.txt") }
    /// Where a process that is killed leaves what it wrote.
    private let stray = ".a.txt.picbench-partial"

    init() throws { folder = try TemporaryFolder() }

    private struct Fault: Error {}

    @Test func `a file is written, and replaced with its permissions`() throws {
        try FileReplacement.write(Data("old".utf8), to: target)
        try FileManager.default.setAttributes([.posixPermissions: 0o640], ofItemAtPath: target.path)
        // Small pieces and some that are larger than what is kept back.
        let pieces = (0..<50).map { String(repeating: "\($0) ", count: $0 % 9 == 0 ? 30_000 : 300) }
        try FileReplacement.write(to: target) { file in
            for piece in pieces { try file.write(piece) }
            #expect(try folder.text("a.txt") == "old")
        }
        let isWhole = try folder.text("a.txt") == pieces.joined()
        #expect(isWhole)
        let permissions = try FileManager.default.attributesOfItem(atPath: target.path)[.posixPermissions]
        #expect(permissions as? Int == 0o640)
        #expect(try folder.paths() == ["a.txt"])
    }

    @Test func `where it fails, the file stays and nothing is beside it`() throws {
        try folder.write("old", to: "a.txt")
        #expect(throws: Fault.self) {
            try FileReplacement.write(to: target) { file in
                try file.write("new")
                throw Fault()
            }
        }
        #expect(try folder.text("a.txt") == "old" && folder.paths() == ["a.txt"])
    }

    @Test func `what a killed process left is taken over`() throws {
        try folder.write("half of something long", to: stray)
        try FileReplacement.write(Data("new".utf8), to: target)
        #expect(try folder.text("a.txt") == "new" && folder.paths() == ["a.txt"])
    }

    @Test func `what somebody else put in the stray's place is not written into`() throws {
        try folder.write("precious", to: "other.txt")
        try FileManager.default.linkItem(at: folder.file("other.txt"), to: folder.file(stray))
        try FileReplacement.write(Data("new".utf8), to: target)
        #expect(mkfifo(folder.file(stray).path, 0o666) == 0)
        try FileReplacement.write(Data("newer".utf8), to: target)
        #expect(try folder.text("other.txt") == "precious" && folder.text("a.txt") == "newer")
        try FileManager.default.createSymbolicLink(
            at: folder.file(stray), withDestinationURL: folder.file("other.txt"))
        #expect(throws: FileError.self) { try FileReplacement.write(Data("newest".utf8), to: target) }
        #expect(try folder.text("other.txt") == "precious" && folder.text("a.txt") == "newer")
    }

    @Test func `one writes at a time`() throws {
        try FileReplacement.write(to: target) { file in
            #expect(throws: FileError.busy(path: target.path)) {
                try FileReplacement.write(Data("other".utf8), to: target)
            }
            try file.write("first")
        }
        #expect(try folder.text("a.txt") == "first")
    }

    @Test func `a symbolic link stays one`() throws {
        for (link, file) in [("there", "a.txt"), ("dangling", "new.txt")] {
            try folder.write("old", to: "a.txt")
            // From where the link is.
            try FileManager.default.createSymbolicLink(
                atPath: folder.file(link).path, withDestinationPath: file)
            try FileReplacement.write(Data("new".utf8), to: folder.file(link))
            #expect(try folder.text(file) == "new")
            #expect(try FileManager.default.destinationOfSymbolicLink(atPath: folder.file(link).path) == file)
        }
    }

    @Test func `a place that is no file's is refused`() throws {
        try FileManager.default.createDirectory(at: target, withIntermediateDirectories: true)
        let fifo = folder.file("fifo")
        #expect(mkfifo(fifo.path, 0o666) == 0)
        for (place, found) in [
            (target, FileKind.folder), (fifo, .fifo), (URL(fileURLWithPath: "/dev/null"), .device),
        ] {
            let expected = FileError.wrongKind(path: place.path, found: found, expected: .file)
            #expect(throws: expected) { try FileReplacement.write(Data(), to: place) }
            #expect(throws: expected) { try RegularFile.read(place) }
        }
        #expect(throws: FileError.self) {
            try FileReplacement.write(Data(), to: folder.file("none/a.txt"))
        }
    }

    @Test(.enabled(if: geteuid() != 0, "root may write to every file"))
    func `a file that may not be written to is not replaced`() throws {
        try folder.write("old", to: "a.txt")
        try FileManager.default.setAttributes([.posixPermissions: 0o444], ofItemAtPath: target.path)
        #expect(throws: FileError.self) { try FileReplacement.write(Data("new".utf8), to: target) }
        #expect(try folder.text("a.txt") == "old" && folder.paths() == ["a.txt"])
    }

    @Test func `the longest name that a file can have`() throws {
        let name = String(repeating: "n", count: 255)
        try FileReplacement.write(Data("new".utf8), to: folder.file(name))
        #expect(try folder.text(name) == "new" && folder.paths() == [name])
        #expect(throws: FileError.self) { try FileReplacement.write(Data(), to: folder.file(name + "n")) }
    }

    @Test func `a place that cannot be written is named in one line`() throws {
        let error = #expect(throws: FileError.self) {
            try FileReplacement.write(Data("x".utf8), to: URL(fileURLWithPath: "/proc/self/a\nb"))
        }
        let text = error?.description ?? ""
        #expect(text.hasPrefix("cannot write /proc/self/a b: ") && !text.contains("\n"), "\(text)")
    }
}
