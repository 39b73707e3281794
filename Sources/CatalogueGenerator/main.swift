// Writes the catalogue of a folder: the list of the types that its files declare.
//
//     CatalogueGenerator MODULE OUTPUT FILE...
//
// One file declares one public type of the file's name. A file that does not is an error at that
// file, so that nothing dropped into the folder can be left out in silence.
import Foundation
import Seeding

/// What the files of each catalogued folder conform to.
let protocols = [
    "Methods": "CompressionMethod", "Tasks": "TaskAdapter", "Datasets": "DatasetFormat",
]

func fail(_ message: String) -> Never {
    try? FileHandle.standardError.write(contentsOf: Data((message + "\n").utf8))
    exit(1)
}

guard CommandLine.arguments.count >= 3 else { fail("usage: CatalogueGenerator MODULE OUTPUT FILE...") }
let module = CommandLine.arguments[1]
let output = CommandLine.arguments[2]
let files = CommandLine.arguments.dropFirst(3).sorted()
guard let protocolName = protocols[module] else {
    fail("error: no protocol is known for the folder \(module)")
}

var entries: [String] = []
/// What decides the results of a type, in order of its files' names.
var code: [String: String] = [:]
var errors: [String] = []
for file in files {
    let name = URL(fileURLWithPath: file).deletingPathExtension().lastPathComponent
    guard let text = try? String(contentsOfFile: file, encoding: .utf8) else {
        errors.append("\(file):1:1: error: cannot be read as UTF-8 text")
        continue
    }
    // `Type+Concern.swift` extends a type that another file declares.
    let type = String(name.prefix { $0 != "+" })
    code[type, default: ""] += SourceCode.reduced(text)
    if name != type { continue }
    let declaration = try Regex(#"^public (?:struct|final class|enum) \#(name)\b"#)
    let lines = text.split(separator: "\n", omittingEmptySubsequences: false)
    guard let line = lines.firstIndex(where: { $0.contains(declaration) }) else {
        errors.append(
            "\(file):1:1: error: a file in \(module)/ declares one public type of the file's name: "
                + "expected 'public struct \(name): \(protocolName)' at the start of a line")
        continue
    }
    // A type that does not conform is reported where it is declared.
    entries.append(
        """
        #sourceLocation(file: "\(file)", line: \(line + 1))
        private let entry\(entries.count): any \(protocolName).Type = \(name).self
        #sourceLocation()
        """)
}
guard errors.isEmpty else { fail(errors.joined(separator: "\n")) }

let hashes = code.sorted { $0.key < $1.key }.map { "\"\($0.key)\": \"\(SHA256.hex(of: $0.value))\"" }
let catalogue = """
    // Generated from the files in \(module)/. Do not edit.
    import Contract

    \(entries.joined(separator: "\n"))

    /// Every type that a file in \(module)/ declares, in order of the files' names.
    public let all\(module): [any \(protocolName).Type] = [
        \(entries.indices.map { "entry\($0)" }.joined(separator: ", "))
    ]

    /// A SHA-256 of each type's files by its name, but for comments and the words of its card: edited code is another
    /// experiment.
    public let sourceHashesOf\(module): [String: String] = [
        \(hashes.isEmpty ? ":" : hashes.joined(separator: ",\n        "))
    ]

    """
do {
    try catalogue.write(toFile: output, atomically: true, encoding: .utf8)
} catch {
    fail("error: cannot write \(output): \(error.localizedDescription)")
}
