import Files
import Foundation
import TestSupport
import Testing

struct FileIdentityTests {
    private let folder: TemporaryFolder

    init() throws {
        folder = try TemporaryFolder()
        try folder.write("same", to: "a")
        try folder.write("same", to: "b")
        try FileManager.default.linkItem(at: folder.file("a"), to: folder.file("hard"))
        try FileManager.default.createSymbolicLink(
            at: folder.file("soft"), withDestinationURL: folder.file("a"))
        try FileManager.default.createSymbolicLink(at: folder.file("round"), withDestinationURL: folder.url)
        try FileManager.default.createSymbolicLink(
            atPath: folder.file("dangling").path, withDestinationPath: "none")
    }

    @Test(arguments: ["a", "hard", "soft", "./a", "round/a", "round/soft"])
    func `a file has one identity by all of its names`(_ name: String) throws {
        #expect(FileIdentity(folder.file(name)) == FileIdentity(folder.file("a")))
        #expect(throws: FileError.isInput(path: folder.file(name).path)) {
            try FileIdentity.requireApart([folder.file("b"), folder.file(name)], from: [folder.file("a")])
        }
    }

    @Test func `what has no path has one by the links of the system`() throws {
        var pipes: [Int32] = [0, 0]
        #expect(pipe(&pipes) == 0)
        defer { for number in pipes { close(number) } }
        let (reading, writing) = (
            URL(fileURLWithPath: "/dev/fd/\(pipes[0])"), URL(fileURLWithPath: "/dev/fd/\(pipes[1])")
        )
        #expect(FileIdentity(reading) == FileIdentity(writing))
        #expect(FileIdentity(reading) != FileIdentity(folder.file("a")))
    }

    @Test func `a file that is not there yet has one too`() throws {
        #expect(FileIdentity(folder.file("dangling")) == FileIdentity(folder.file("round/none")))
        #expect(FileIdentity(folder.file("none")) != FileIdentity(folder.file("nothing")))
        #expect(FileIdentity(folder.file("no/where")) == FileIdentity(folder.file("round/no/where")))
        #expect(FileIdentity(folder.file("no/where")) != FileIdentity(folder.file("where/no")))
        #expect(FileIdentity(folder.file("no/../../..")) != FileIdentity(folder.file("no/..")))
        try FileIdentity.requireApart([folder.file("b"), folder.file("c")], from: [folder.file("a")])
    }
}
