import Foundation
import Jinja
import Seeding
import Testing

/// Templates against Jinja in the sandbox of transformers (Tests/References/jinja.py).
struct ReferenceTests {
    private static let foreign = ProcessInfo.processInfo.environment["PICBENCH_CHAT_TEMPLATES"]

    @Test func `every operator, filter, test, method and statement writes what Jinja writes`() throws {
        let json = try Fixture.json("snippets.json")
        let root = try #require(json as? [String: Any])
        let variables = try Fixture.variables(root["variables"] ?? [:])
        let snippets = try #require(root["snippets"] as? [[Any]])
        #expect(snippets.count > 400)
        for snippet in snippets {
            let source = try #require(snippet[0] as? String)
            let (made, expected) = (Fixture.text(source, on: variables), snippet[1] as? String)
            let isSame = made.map { Array($0.utf8) } == expected.map { Array($0.utf8) }
            #expect(isSame, "\(source) writes \(made ?? "nothing"), Jinja \(expected ?? "nothing")")
        }
    }

    @Test func `templates in the style of fifteen models' write what Jinja writes`() throws {
        let json = try Fixture.json("rendered.json")
        let rendered = try #require(json as? [String: [Any]])
        let conversations = try Fixture.conversations()
        #expect(rendered.count == 15)
        for (name, expected) in rendered {
            let file = Fixture.folder.appendingPathComponent("templates/\(name).jinja")
            let source = try String(contentsOf: file, encoding: .utf8)
            #expect(expected.count == conversations.count)
            for (number, (variables, text)) in zip(conversations, expected).enumerated() {
                let made = Fixture.text(source, on: variables)
                let isSame = made == text as? String
                #expect(isSame, "\(name), conversation \(number)")
            }
        }
    }

    @Test(.enabled(if: foreign != nil, "needs PICBENCH_CHAT_TEMPLATES, a folder of model makers' templates"))
    func `model makers' templates write what Jinja writes`() throws {
        let json = try Fixture.json("foreign.json")
        let expected = try #require(json as? [String: [String]])
        let conversations = try Fixture.conversations()
        let folder = URL(fileURLWithPath: try #require(Self.foreign))
        var (read, equal) = (0, 0)
        for (name, hashes) in expected {
            let file = folder.appendingPathComponent("\(name).jinja")
            guard let source = try? String(contentsOf: file, encoding: .utf8),
                SHA256.hex(of: source) == hashes[0]
            else { continue }
            read += 1
            // As the script does it: a mark stands for what is refused.
            let texts = conversations.map { "\u{1f}" + (Fixture.text(source, on: $0) ?? "\u{1e}") }
            let isEqual = SHA256.hex(of: texts.joined()) == hashes[1]
            #expect(isEqual, "\(name)")
            equal += isEqual ? 1 : 0
        }
        print("\(equal) of \(read) templates, of \(expected.count) in the fixture, write what Jinja writes")
        #expect(read > 0)
    }
}
