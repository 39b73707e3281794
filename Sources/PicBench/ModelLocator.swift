import Foundation
import LanguageModels

/// Finds model folders: by path, or by name in a `Models` folder.
enum ModelLocator {
    static let bundled = "gazette-1m"

    /// Folders named `Models`: of the working folder and of the folders above the executable, so that
    /// the bundled model is found wherever picbench is called from.
    static var libraries: [URL] {
        var above: [URL] = []
        var folder = Bundle.main.executableURL?.resolvingSymlinksInPath().deletingLastPathComponent()
        while let here = folder, here.path != "/" {
            above.append(here)
            folder = here.deletingLastPathComponent()
        }
        let working = URL(fileURLWithPath: FileManager.default.currentDirectoryPath)
        var seen: Set<String> = []
        return ([working] + above).map { $0.appendingPathComponent("Models") }
            .filter { seen.insert($0.path).inserted && $0.isFolder }
    }

    /// Every model in the libraries.
    static var all: [URL] {
        var names: Set<String> = []
        return libraries.flatMap { library in
            ((try? FileManager.default.contentsOfDirectory(at: library, includingPropertiesForKeys: nil))
                ?? [])
                .filter(isModel).sorted { $0.path < $1.path }
        }.filter { names.insert($0.lastPathComponent).inserted }
    }

    static func find(_ nameOrPath: String) throws -> URL {
        let path = URL(fileURLWithPath: nameOrPath)
        if path.isFolder, !nameOrPath.isEmpty { return path }
        if let named = all.first(where: { $0.lastPathComponent == nameOrPath }) { return named }
        let known = all.map(\.lastPathComponent)
        throw UsageError(
            "there is no model folder '\(nameOrPath)'; give the path of a folder with config.json, "
                + "tokenizer.json and *.safetensors"
                + (known.isEmpty ? "" : ", or a name: \(known.joined(separator: ", "))"))
    }

    /// Finds a model and says on standard error what whoever uses its folder should know.
    static func checkpoint(_ nameOrPath: String) throws -> Checkpoint {
        let checkpoint = try Checkpoint(folder: find(nameOrPath))
        if let notice = checkpoint.notice { ProgressReporter().note(notice) }
        return checkpoint
    }

    private static func isModel(_ url: URL) -> Bool {
        FileManager.default.fileExists(atPath: url.appendingPathComponent("config.json").path)
    }
}

extension URL {
    /// Whether there is a folder.
    var isFolder: Bool {
        var isFolder: ObjCBool = false
        return FileManager.default.fileExists(atPath: path, isDirectory: &isFolder) && isFolder.boolValue
    }
}
