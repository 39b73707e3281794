import Foundation
import Jinja
import Testing

/// What Tests/References/jinja.py wrote.
enum Fixture {
    static let folder = Bundle.module.bundleURL.appendingPathComponent("Fixtures")
    /// The day that templates were rendered on.
    static let date = CalendarDate(year: 2024, month: 7, day: 26)

    static func json(_ name: String) throws -> Any {
        try JSONSerialization.jsonObject(
            with: Data(contentsOf: folder.appendingPathComponent(name)), options: .fragmentsAllowed)
    }

    /// The variables of each conversation.
    static func conversations() throws -> [[String: Value]] {
        let conversations = try json("conversations.json") as? [Any]
        return try #require(conversations).map(variables)
    }

    static func variables(_ json: Any) throws -> [String: Value] {
        let entries = try #require((json as? [String: Any])?["entries"] as? [[Any]])
        return Dictionary(uniqueKeysWithValues: try entries.map(entry))
    }

    /// A value from JSON that keeps the order of keys and the kinds of numbers.
    private static func value(_ json: Any) throws -> Value {
        if json is NSNull { return .none }
        if let text = json as? String { return .string(text) }
        let (kind, content) = try #require((json as? [String: Any])?.first)
        switch kind {
        case "flag": return .boolean(try #require(content as? Bool))
        case "integer": return .integer(try #require((content as? String).flatMap(Int.init)))
        case "float": return .float(try #require((content as? String).flatMap(Double.init)))
        case "list": return .list(try #require(content as? [Any]).map(value))
        case _:
            let entries = try #require(content as? [[Any]])
            return .dictionary(DictionaryValue(try entries.map(entry)))
        }
    }

    private static func entry(_ json: [Any]) throws -> (String, Value) {
        (try #require(json[0] as? String), try value(json[1]))
    }

    /// What a template writes; nil where it is refused.
    static func text(_ source: String, on variables: [String: Value]) -> String? {
        try? Template(source).render(variables, date: date)
    }
}
