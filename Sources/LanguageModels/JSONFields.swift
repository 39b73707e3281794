import Files
import Foundation

/// The fields of a JSON object in a file, read with errors that name the file and the field.
struct JSONFields {
    let file: String
    private let object: [String: Any]

    init(_ url: URL, hint: String = "a model's folder holds a config.json") throws {
        file = url.path
        guard let data = try RegularFile.read(url) else {
            throw ModelError.missingFile(url.path, hint: hint)
        }
        guard !GitPointer.isOne(data) else {
            throw ModelError.badConfiguration(file: url.path, reason: GitPointer.advice)
        }
        guard
            let object = try? JSONSerialization.jsonObject(with: data.withQuotedInfinities)
                as? [String: Any]
        else {
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

    /// The same with other values of some fields; nil takes one out.
    func replacing(_ changes: [String: Any?]) -> JSONFields {
        var object = object
        for (name, value) in changes { object[name] = value }
        return JSONFields(file: file, object: object)
    }

    /// A list of numbers above 0; nil where the field is none.
    func positives(_ name: String) -> [Double]? {
        guard let list = value(name) as? [NSNumber] else { return nil }
        let numbers = list.map(\.doubleValue)
        return numbers.allSatisfy { $0 > 0 && $0.isFinite } ? numbers : nil
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
        // A number tells neither true from 1 nor false from 0; its JSON does.
        let json =
            value is NSNumber
            ? try? JSONSerialization.data(withJSONObject: value, options: .fragmentsAllowed) : nil
        let shown = json.map { String(decoding: $0, as: UTF8.self) } ?? "\(value)"
        let text = shown.split(whereSeparator: \.isWhitespace).joined(separator: " ")
        return text.count > 80 ? text.prefix(80) + "…" : text
    }

    /// Whether the field is there, be it null.
    func isPresent(_ name: String) -> Bool { object[name] != nil }

    /// Whether the field is there and null.
    func isPresentNull(_ name: String) -> Bool { object[name] is NSNull }

    func number(_ name: String) -> Double? { (value(name) as? NSNumber)?.doubleValue }

    func nested(_ name: String) -> JSONFields? {
        (value(name) as? [String: Any]).map { JSONFields(file: file, object: $0) }
    }

    // MARK: - Fields that must be sound

    /// The error for a field whose value would change results.
    func refusal(_ name: String, supported: String) -> ModelError {
        .unsupported(file: file, field: name, found: shown(name), supported: supported)
    }

    func positive(_ name: String, default fallback: Int? = nil) throws -> Int {
        try whole(name, from: 1, default: fallback)
    }

    func nonNegative(_ name: String, default fallback: Int? = nil) throws -> Int {
        try whole(name, from: 0, default: fallback)
    }

    private func whole(_ name: String, from least: Int, default fallback: Int?) throws -> Int {
        guard let found = value(name) else {
            if let fallback { return fallback }
            throw bad(name, "a whole number of at least \(least)")
        }
        guard let number = found as? Int, number >= least, number < 1 << 31 else {
            throw bad(name, "a whole number of at least \(least)")
        }
        return number
    }

    func finite(_ name: String, default fallback: @autoclosure () throws -> Double) throws -> Double {
        guard value(name) != nil else { return try fallback() }
        guard let number = number(name), number.isFinite else { throw bad(name, "a number") }
        return number
    }

    func flag(_ name: String, default fallback: Bool) throws -> Bool {
        guard let found = value(name) else { return fallback }
        guard let flag = found as? Bool else { throw bad(name, "true or false") }
        return flag
    }

    /// One token id or a list of them; none where the field is absent.
    func tokenIDs(_ name: String) throws -> [Int32] {
        guard let found = value(name) else { return [] }
        guard let ids = found as? [Int] ?? (found as? Int).map({ [$0] }),
            ids.allSatisfy({ $0 >= 0 && $0 < 1 << 31 })
        else { throw bad(name, "a token id or a list of them") }
        return ids.map { Int32($0) }
    }

    private func bad(_ name: String, _ expected: String) -> ModelError {
        .badConfiguration(file: file, reason: "\(name) is \(shown(name)), expected \(expected)")
    }
}

extension Data {
    /// A JSON text whose `Infinity`, `-Infinity` and `NaN`, which Python writes and JSON does not have, are texts: a
    /// field that nobody reads may hold them, and one that is read says what it holds.
    fileprivate var withQuotedInfinities: Data {
        guard range(of: Data("Infinity".utf8)) != nil || range(of: Data("NaN".utf8)) != nil else {
            return self
        }
        var result = Data()
        var (isText, isEscaped) = (false, false)
        var rest = self[...]
        while let byte = rest.first {
            let word = isText ? nil : ["-Infinity", "Infinity", "NaN"].first { rest.starts(with: $0.utf8) }
            if let word {
                result += Data("\"\(word)\"".utf8)
                rest = rest.dropFirst(word.utf8.count)
                continue
            }
            if isEscaped {
                isEscaped = false
            } else if byte == UInt8(ascii: "\"") {
                isText.toggle()
            } else if isText, byte == UInt8(ascii: "\\") {
                isEscaped = true
            }
            result.append(byte)
            rest = rest.dropFirst()
        }
        return result
    }
}
