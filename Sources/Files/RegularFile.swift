import Foundation

/// Reading files that users name: a folder, a FIFO or a device in a file's place is refused in one line.
public enum RegularFile {
    /// What the file holds; nil where there is none.
    public static func read(_ url: URL) throws -> Data? { try Descriptor.reading(url)?.readToEnd() }

    /// What the file holds, as text; a fault names what is wrong.
    public static func text(of url: URL) throws -> String {
        guard let data = try read(url) else {
            throw FileError.unreadable(path: url.path, reason: "there is no such file")
        }
        guard let text = String(data: data, encoding: .utf8) else {
            throw FileError.unreadable(path: url.path, reason: "it is not UTF-8 text")
        }
        return text
    }

    /// Whether there is one; refuses what is no regular file.
    @discardableResult
    public static func require(_ url: URL) throws -> Bool {
        let kind = try FileKind(of: url)
        guard kind == .file || kind == .nothing else {
            throw FileError.wrongKind(path: url.path, found: kind, expected: .file)
        }
        return kind == .file
    }
}
