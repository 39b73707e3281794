import External
import Foundation
import TestSupport
import Testing

/// How a command is written.
struct CommandTests {
    @Test(arguments: [
        ("python3 my_method.py", ["python3", "my_method.py"]),
        ("  python3   m.py  ", ["python3", "m.py"]),
        ("sh -c 'echo \"a\" : b, c + d = e'", ["sh", "-c", "echo \"a\" : b, c + d = e"]),
        (#"m "two words" '' \' "a\"b" c\ d"#, ["m", "two words", "", "'", "a\"b", "c d"]),
        ("m --a=b:c+d,e=f", ["m", "--a=b:c+d,e=f"]),
        ("m 'caf\u{e9} \\'", ["m", "caf\u{e9} \\"]),
    ])
    func `a command goes on to its end, in words`(_ text: String, _ words: [String]) throws {
        #expect(try requireCommand("external:timeout=2:command=" + text).words == words)
    }

    @Test func `a comma within quotes parts no methods`() {
        #expect(ExternalCommand.list("pic, icae,") == ["pic", "icae"])
        #expect(
            ExternalCommand.list("pic,external:command=m '1,2' \"3,4\" 5\\,6,icae")
                == ["pic", "external:command=m '1,2' \"3,4\" 5\\,6", "icae"])
        // An apostrophe of a file's name is no quote.
        #expect(ExternalCommand.list("bob's.json,pic") == ["bob's.json", "pic"])
        #expect(
            ExternalCommand.list("bm25+external:command=m 'a,b',pic") == [
                "bm25+external:command=m 'a,b'", "pic",
            ]
        )
    }

    @Test func `what describes no command is left to others`() throws {
        for text in ["pic", "pic:visibility=chunk", "externally", ""] {
            #expect(try ExternalCommand(describedBy: text) == nil)
        }
    }

    @Test(arguments: [
        ("external", "it has no command; write 'external:command=python3 my_method.py'"),
        ("external:timeout=3", "it has no command"),
        ("external:command=", "its command is empty"),
        ("external:command='a", "a quote is not closed"),
        ("external:command=a\\", "a quote is not closed"),
        ("external:timout=3:command=a", "cannot take 'timout' (did you mean timeout?)"),
        ("external:timeout=soon:command=a", "'timeout=soon' is no number"),
        ("external:timeout=0:command=a", "timeout is 0.0, expected 0.01 to 86400.0"),
        ("external:timeout=nan:command=a", "timeout is nan"),
        ("external:workers=1.5:command=a", "expected a whole number"),
        ("external:workers=1000:command=a", "workers is 1000.0, expected 1.0 to 256.0"),
    ])
    func `a command that cannot be is refused in one line`(_ text: String, _ part: String) {
        let problem = Guest.problem { _ = try ExternalCommand(describedBy: text) }
        #expect(problem.contains(part) && !problem.contains("\n"), "\(problem)")
    }

    @Test func `a file says the same`() throws {
        let folder = try TemporaryFolder()
        let file = try folder.write(
            #"{"command": ["python3", "a, b:c+d.py"], "files": ["w.bin"], "workers": 2, "timeout": 0.5}"#,
            to: "my-method.json")
        #expect(try requireCommand(file).words == ["python3", "a, b:c+d.py"])
    }

    @Test(arguments: [
        ("no JSON", "it is no JSON object"), ("[]", "it is no JSON object"), ("{}", "its command is empty"),
        (#"{"command": "python3 m.py"}"#, "'command' is no list of texts"),
        (#"{"command": ["a", 3]}"#, "'command' holds what is no text"),
        (#"{"command": ["a"], "file": []}"#, "cannot take 'file'"),
        (#"{"command": ["a"], "timeout": "3"}"#, "'timeout' is no number"),
        (#"{"command": ["a"], "workers": 0}"#, "workers is 0.0"),
        (#"{"command": ["a\u0000b"]}"#, "U+0000"),
    ])
    func `a file that describes none is refused`(_ text: String, _ part: String) throws {
        let folder = try TemporaryFolder()
        let file = try folder.write(text, to: "m.json")
        let problem = Guest.problem { _ = try ExternalCommand(describedBy: file) }
        #expect(problem.contains("m.json") && problem.contains(part), "\(problem)")
        #expect(Guest.problem { _ = try ExternalCommand(describedBy: "/none.json") }.contains("no such file"))
    }
}
