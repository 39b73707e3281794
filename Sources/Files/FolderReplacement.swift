import Foundation

/// Files of a folder that are replaced together: whenever the process is killed, all of them or none.
///
/// They are written to a hidden folder in the folder. When all are on disk, it gets another name, and with
/// that the replacement has happened: what is left is to move them to their places, which whoever opens or
/// replaces next does if the process is killed before. What else is in the folder stays.
public struct FolderReplacement {
    /// Where the new files are written, each with the path that it will have in the folder.
    public let stage: URL
    /// Files of the folder, by their paths in it, that go unless they were written.
    public var obsolete: Set<String> = []

    private static let partialName = ".picbench-partial"
    private static let wholeName = ".picbench-whole"
    private static let filesName = "files"
    private static let obsoleteName = "obsolete.json"

    /// Replaces files of the folder, which is made where there is none. Where `body` or the disk fails, the
    /// folder stays as it is.
    /// - Parameter inputs: files that are read meanwhile; writing over one of them is refused
    /// - Throws: `FileError`, or what `body` throws
    public static func write(
        to folder: URL, apartFrom inputs: [URL] = [], _ body: (inout FolderReplacement) throws -> Void
    ) throws {
        let isNew = try FileKind(of: folder) == .nothing
        try Folder.make(folder)
        let partial = folder.appendingPathComponent(partialName)
        let claimed = try Descriptor.claim(partial, asFolder: true, for: folder)
        defer { withExtendedLifetime(claimed) {} }
        do {
            try finish(in: folder)
            for left in try FileManager.default.contentsOfDirectory(atPath: partial.path) {
                try FileManager.default.removeItem(at: partial.appendingPathComponent(left))
            }
            var replacement = FolderReplacement(stage: partial.appendingPathComponent(filesName))
            try Folder.make(replacement.stage)
            try body(&replacement)
            let written = try files(in: replacement.stage)
            let obsolete = try replacement.obsolete.subtracting(written).sorted().filter {
                try FileKind(of: folder.appendingPathComponent($0)) != .nothing
            }
            for path in written + obsolete { try requireOwn(path, in: folder) }
            try FileIdentity.requireApart(
                (written + obsolete).map { folder.appendingPathComponent($0) }, from: inputs)
            for path in written {
                try Descriptor.reading(replacement.stage.appendingPathComponent(path))?
                    .takeOver(from: folder.appendingPathComponent(path))
            }
            guard !written.isEmpty || !obsolete.isEmpty else {
                try FileManager.default.removeItem(at: partial)
                return
            }
            try FileReplacement.write(
                JSONEncoder().encode(obsolete), to: partial.appendingPathComponent(obsoleteName))
            try synchronize(partial)
            guard rename(partial.path, folder.appendingPathComponent(wholeName).path) == 0 else {
                throw FileError.unwritable(path: folder.path, reason: FileError.systemReason)
            }
        } catch {
            try? FileManager.default.removeItem(at: partial)
            // Only where nobody has put anything into it.
            if isNew { rmdir(folder.path) }
            throw error
        }
        try Descriptor.synchronize(folder: folder)
        try moveFiles(in: folder)
    }

    /// Writes one of the new files; its folder is made.
    /// - Parameter path: in the folder; one that leads out of it is refused
    public func write(_ data: Data, to path: String) throws {
        try Self.requireOwn(path, in: stage)
        let url = stage.appendingPathComponent(path)
        try Folder.make(url.deletingLastPathComponent())
        do {
            try data.write(to: url)
        } catch {
            throw FileError.unwritable(path: url.path, reason: error.localizedDescription)
        }
    }

    /// Ends a replacement whose process was killed when all of it was on disk; to be called before the
    /// folder's files are read.
    public static func finish(in folder: URL) throws {
        let whole = folder.appendingPathComponent(wholeName)
        // A folder that cannot be looked into is the reader's to complain of.
        guard (try? FileKind(of: whole)) == .folder else { return }
        let claimed = try Descriptor.claim(whole, asFolder: true, for: folder)
        defer { withExtendedLifetime(claimed) {} }
        try moveFiles(in: folder)
    }

    /// Does what the hidden folder says; any part of it may have been done before.
    private static func moveFiles(in folder: URL) throws {
        let whole = folder.appendingPathComponent(wholeName)
        let stage = whole.appendingPathComponent(filesName)
        let list = whole.appendingPathComponent(obsoleteName)
        // Where the list is gone, all was done but the removal of the hidden folder.
        let data = try RegularFile.read(list) ?? Data("[]".utf8)
        guard let obsolete = try? JSONDecoder().decode([String].self, from: data) else {
            throw FileError.unreadable(path: list.path, reason: "it is no list of files")
        }
        var touched = Set([folder])
        for path in obsolete {
            try requireOwn(path, in: folder)
            let url = folder.appendingPathComponent(path)
            if unlink(url.path) == 0 {
                touched.insert(url.deletingLastPathComponent())
            } else if errno != ENOENT {
                throw FileError.unwritable(path: url.path, reason: FileError.systemReason)
            }
        }
        for path in try files(in: stage) {
            try requireOwn(path, in: folder)
            let url = folder.appendingPathComponent(path)
            try Folder.make(url.deletingLastPathComponent())
            guard rename(stage.appendingPathComponent(path).path, url.path) == 0 else {
                throw FileError.unwritable(path: url.path, reason: FileError.systemReason)
            }
            touched.insert(url.deletingLastPathComponent())
        }
        for folder in touched { try Descriptor.synchronize(folder: folder) }
        if try FileKind(of: stage) == .folder { try FileManager.default.removeItem(at: stage) }
        unlink(list.path)
        rmdir(whole.path)
    }

    /// Refuses a path that leads out of the folder, as that of a folder from elsewhere may, or to a folder.
    private static func requireOwn(_ path: String, in folder: URL) throws {
        var place = folder
        let names = path.split(separator: "/", omittingEmptySubsequences: false)
        for (i, name) in names.enumerated() {
            place.appendPathComponent(String(name))
            var status = stat()
            let isThere = lstat(place.path, &status) == 0
            let isLast = i == names.count - 1
            let kind = FileKind(mode: status.st_mode)
            let isSound = !isThere || (isLast ? kind != .folder : kind == .folder)
            guard isSound, !name.isEmpty, name != ".", name != ".." else {
                throw FileError.wrongKind(
                    path: place.path, found: try FileKind(of: place), expected: isLast ? .file : .folder)
            }
        }
    }

    /// Paths of all files in a folder and its folders, in order.
    private static func files(in folder: URL) throws -> [String] {
        guard try FileKind(of: folder) == .folder else { return [] }
        return try FileManager.default.subpathsOfDirectory(atPath: folder.path).filter {
            var status = stat()
            return lstat(folder.appendingPathComponent($0).path, &status) == 0
                && FileKind(mode: status.st_mode) != .folder
        }.sorted()
    }

    /// Waits until everything in a folder is on disk.
    private static func synchronize(_ folder: URL) throws {
        for path in try FileManager.default.subpathsOfDirectory(atPath: folder.path) {
            let url = folder.appendingPathComponent(path)
            if try FileKind(of: url) == .folder {
                try Descriptor.synchronize(folder: url)
            } else {
                try Descriptor.reading(url)?.synchronize()
            }
        }
        try Descriptor.synchronize(folder: folder)
    }
}
