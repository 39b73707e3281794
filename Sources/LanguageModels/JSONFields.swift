import Foundation

/// The fields of a JSON object in a file, read with errors that name the file and the field.
struct JSONFields {
    let file: String
    private let object: [String: Any]

    init(_ url: URL, hint: String = "a model's folder holds a config.json") throws {
        file = url.path
        guard let data = try? Data(contentsOf: url) else {
            throw ModelError.missingFile(url.path, hint: hint)
        }
        guard let object = try? JSONSerialization.jsonObject(with: data) as? [String: Any] else {
            throw ModelError.badConfiguration(file: url.path, reason: "it is not a JSON object")
        }
        self.object = object
    }

    init(file: String, object: [String: Any]) {
        self.file = file
        self.object = object
    }

    func value(_ name: String) -> Any? {
        object[name] is NSNull ? nil : object[name]
    }

    /// Whether there is no such field, or null.
    func isAbsent(_ name: String) -> Bool { value(name) == nil }

    /// Whether a field is absent, or an empty list or object.
    func isEmpty(_ name: String) -> Bool {
        guard let value = value(name) else { return true }
        return (value as? [Any])?.isEmpty ?? (value as? [String: Any])?.isEmpty ?? false
    }

    /// A field as an error shows it: one short line.
    func shown(_ name: String) -> String {
        guard let value = value(name) else { return "missing" }
        let text = "\(value)".split(whereSeparator: \.isWhitespace).joined(separator: " ")
        return text.count > 80 ? text.prefix(80) + "…" : text
    }

    func number(_ name: String) -> Double? { (value(name) as? NSNumber)?.doubleValue }

    func integer(_ name: String) -> Int? { value(name) as? Int }

    func integers(_ name: String) -> [Int] {
        value(name) as? [Int] ?? integer(name).map { [$0] } ?? []
    }

    func nested(_ name: String) -> JSONFields? {
        (value(name) as? [String: Any]).map { JSONFields(file: file, object: $0) }
    }

    func positive(_ name: String, default fallback: Int? = nil) throws -> Int {
        guard let found = value(name) else {
            if let fallback { return fallback }
            throw ModelError.badConfiguration(file: file, reason: "\(name) is missing")
        }
        guard let number = found as? Int, number > 0, number < 1 << 31 else {
            throw ModelError.badConfiguration(
                file: file, reason: "\(name) is \(found), not a positive integer")
        }
        return number
    }
}
