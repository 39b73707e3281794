import Files
import Foundation

/// A part of a tokenizer's file, read with errors that name the file and the part.
struct TokenizerFile {
    let file: String
    /// Where in the file: `pre_tokenizer.pretokenizers[1]`.
    let path: String
    let json: JSON

    init(_ data: Data, file: String) throws {
        self.file = file
        path = ""
        guard !GitPointer.isOne(data) else {
            throw TokenizerError.malformed(file: file, reason: GitPointer.advice)
        }
        do {
            json = try JSON(parsing: data)
        } catch let error as JSON.SyntaxError {
            throw TokenizerError.malformed(
                file: file, reason: "\(error.reason) (\(error.offset) bytes into its JSON)")
        }
    }

    init(file: String, path: String, json: JSON) {
        self.file = file
        self.path = path
        self.json = json
    }

    func malformed(_ reason: String) -> TokenizerError { .malformed(file: file, reason: reason) }

    func unsupported(_ found: String, supported: String) -> TokenizerError {
        .unsupported(file: file, part: path, found: found, supported: supported)
    }

    private func name(_ member: String) -> String { path.isEmpty ? member : "\(path).\(member)" }

    /// An object's member, nil where it is absent or null.
    func part(_ member: String) -> TokenizerFile? {
        json[member].map { TokenizerFile(file: file, path: name(member), json: $0) }
    }

    func parts(_ member: String) throws -> [TokenizerFile] {
        guard let values = try required(member).json.array else {
            throw malformed("\(name(member)) is no array")
        }
        return values.enumerated().map { index, value in
            TokenizerFile(file: file, path: "\(name(member))[\(index)]", json: value)
        }
    }

    func required(_ member: String) throws -> TokenizerFile {
        guard let part = part(member) else { throw malformed("\(name(member)) is missing") }
        return part
    }

    /// The part's `type`.
    func type() throws -> String { try text("type") }

    func text(_ member: String) throws -> String {
        let part = try required(member)
        guard let text = part.json.string else {
            throw malformed("\(part.path) is \(part.json.summary), expected a text")
        }
        return text
    }

    func scalars(_ member: String) throws -> [Unicode.Scalar] {
        try Array(text(member).unicodeScalars)
    }

    func scalar(_ member: String) throws -> Unicode.Scalar {
        let scalars = try scalars(member)
        guard scalars.count == 1 else {
            throw malformed("\(name(member)) has \(scalars.count) characters, expected one")
        }
        return scalars[0]
    }

    func flag(_ member: String, default fallback: Bool) throws -> Bool {
        guard let part = part(member) else { return fallback }
        guard let flag = part.json.bool else {
            throw malformed("\(part.path) is \(part.json.summary), expected true or false")
        }
        return flag
    }

    func integer(_ member: String, default fallback: Int? = nil) throws -> Int {
        guard let part = part(member) else {
            if let fallback { return fallback }
            throw malformed("\(name(member)) is missing")
        }
        guard let value = part.json.integer, 0..<1 << 31 ~= value else {
            throw malformed("\(part.path) is \(part.json.summary), expected a whole number of 0 or more")
        }
        return value
    }

    /// The text that a `{"String": …}` pattern stands for; nil where it is a regular expression.
    func literalPattern() throws -> [Unicode.Scalar]? {
        let pattern = try required("pattern")
        if let text = pattern.json.string ?? pattern.json["String"]?.string {
            return Array(text.unicodeScalars)
        }
        guard pattern.json["Regex"]?.string != nil else {
            throw malformed("\(pattern.path) is neither a String nor a Regex")
        }
        return nil
    }

    func regex() -> String { part("pattern")?.json["Regex"]?.string ?? "" }
}
