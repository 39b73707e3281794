import Contract
import Files
import Foundation
import LanguageModels

/// The files that decide what a command does: those that its words name, and those that its user lists.
///
/// A program that is found by PATH is none of them, nor what a program reads without being told on the command line.
struct CommandFiles: Sendable {
    /// SHA-256 of the command's words and of the files' contents.
    let hash: String
    private let marks: [URL: Mark]

    /// What shows without reading it that a file was changed.
    private struct Mark: Equatable {
        let bytes: UInt64?
        let number: Int?
        let changed: Date?

        init(of file: URL) {
            let found = try? FileManager.default.attributesOfItem(atPath: file.resolvingSymlinksInPath().path)
            bytes = found?[.size] as? UInt64
            number = found?[.systemFileNumber] as? Int
            changed = found?[.modificationDate] as? Date
        }
    }

    /// Reads them.
    /// - Throws: where one that is listed is not there, or one cannot be read
    init(of command: ExternalCommand) throws {
        var hash = ContentHash()
        var marks: [URL: Mark] = [:]
        hash.add(Data(canonicalJSON(command.words).utf8), named: "command")
        for (name, file) in Self.named(by: command) {
            marks[file] = Mark(of: file)
            try hash.add(file, named: name)
        }
        self.hash = hash.finish()
        self.marks = marks
    }

    /// The file that is no longer what was hashed, if any.
    var changed: URL? { marks.first { Mark(of: $0.key) != $0.value }?.key }

    private static func named(by command: ExternalCommand) -> [(name: String, file: URL)] {
        func file(_ name: some StringProtocol) -> URL {
            URL(fileURLWithPath: String(name), relativeTo: command.folder).absoluteURL
        }
        let inWords = command.words.enumerated().flatMap { place, word -> [(name: String, file: URL)] in
            // A program without a slash is looked for elsewhere.
            if place == 0, !word.contains("/") { return [] }
            // `--weights=w.bin` names a file as well.
            let parts = [word[...]] + word.split(separator: "=", maxSplits: 1).dropFirst()
            return parts.map { (word, file($0)) }.filter { (try? FileKind(of: $0.1)) == .file }
        }
        return inWords + command.files.map { ($0, file($0)) }
    }
}

extension ExternalCommand {
    /// What tells two uses of a program apart, for tables: the words behind the first that names a file, or behind the
    /// program.
    var arguments: [String] {
        let script = words.dropFirst().firstIndex { word in
            (try? FileKind(of: URL(fileURLWithPath: word, relativeTo: folder))) == .file
        }
        return Array(words[((script ?? 0) + 1)...])
    }
}
