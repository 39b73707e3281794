import Contract
import Foundation
import LanguageModels

/// Finds models, folders and GGUF files: by path, or by name in a `Models` folder.
enum ModelLocator {
    static let bundled = "gazette-1m"

    /// Folders named `Models`: of the working folder, of the folders above the executable, and in what is installed
    /// beside it, so that the bundled model is found wherever picbench is called from.
    static var libraries: [URL] { places.filter(\.isFolder) }

    /// Where such folders are looked for.
    private static var places: [URL] {
        var above: [URL] = []
        var folder = Machine.executableFolder
        while let here = folder, here.path != "/" {
            above.append(here)
            folder = here.deletingLastPathComponent()
        }
        let working = URL(fileURLWithPath: FileManager.default.currentDirectoryPath)
        var seen: Set<String> = []
        return ([working] + above).flatMap { folder in
            ["Models", "share/picbench/Models"].map { folder.appendingPathComponent($0) }
        }.filter { seen.insert($0.path).inserted }
    }

    /// Every model in the libraries.
    static var all: [URL] {
        var names: Set<String> = []
        return libraries.flatMap { library in
            ((try? FileManager.default.contentsOfDirectory(at: library, includingPropertiesForKeys: nil))
                ?? [])
                .filter(isModel).sorted { $0.path < $1.path }
        }.filter { names.insert(name(of: $0)).inserted }
    }

    /// What users call it: a folder's name, a file's without its ending.
    private static func name(of model: URL) -> String {
        isFile(model) ? model.deletingPathExtension().lastPathComponent : model.lastPathComponent
    }

    private static func isFile(_ url: URL) -> Bool { url.pathExtension.lowercased() == "gguf" }

    static func find(_ nameOrPath: String) throws -> URL {
        if ServerOptions.isAddress(nameOrPath) {
            throw UsageError(
                "\(nameOrPath) is a server's address, which 'run' and 'generate' can ask; this takes the model's own files"
            )
        }
        let path = URL(fileURLWithPath: nameOrPath)
        if !nameOrPath.isEmpty, path.isFolder || FileManager.default.fileExists(atPath: path.path) {
            return path
        }
        if let named = all.first(where: { name(of: $0) == nameOrPath }) { return named }
        let known = all.map(name)
        if let match = nameOrPath.wholeMatch(of: /[A-Za-z0-9][\w.-]*\/([A-Za-z0-9][\w.-]*)/) {
            throw UsageError(
                "there is no folder '\(nameOrPath)'; if it is a model of the Hugging Face hub, fetch it first, "
                    + "'hf download \(nameOrPath) --local-dir \(match.1)', and give --model \(match.1)")
        }
        if nameOrPath == bundled {
            throw UsageError(
                "the model that comes with picbench is in none of \(places.map(\.path).joined(separator: ", ")); install "
                    + "picbench with ./install, or name a model with --model")
        }
        throw UsageError(
            "there is no model '\(nameOrPath)'\(nameOrPath.suggestion(of: known)); give the path of a GGUF file, or of a folder with config.json, "
                + "tokenizer.json and *.safetensors"
                + (known.isEmpty ? "" : ", or a name: \(known.joined(separator: ", "))"))
    }

    /// Finds a model and says on standard error what whoever uses its folder should know.
    static func checkpoint(_ nameOrPath: String) throws -> Checkpoint {
        let checkpoint = try Checkpoint(find(nameOrPath))
        for notice in checkpoint.notices { ProgressReporter().note(notice) }
        return checkpoint
    }

    private static func isModel(_ url: URL) -> Bool {
        isFile(url) || FileManager.default.fileExists(atPath: url.appendingPathComponent("config.json").path)
    }
}

extension URL {
    /// Whether there is a folder.
    var isFolder: Bool {
        var isFolder: ObjCBool = false
        return FileManager.default.fileExists(atPath: path, isDirectory: &isFolder) && isFolder.boolValue
    }
}
