import Files
import Foundation
import Tensors
import Tokenizers

/// Which files of a Hugging Face folder are read, and which of them holds a tensor.
public struct Checkpoint: Sendable {
    public let folder: URL
    public let configuration: ModelConfiguration
    /// The file of each tensor as the index says it, by its path in the folder; nil where one file holds all.
    private let shards: [String: String]?
    /// What whoever uses the folder should know, in one line: which of two sets of weights is read.
    public let notice: String?

    static let singleFile = "model.safetensors"
    private static let indexFile = "model.safetensors.index.json"

    /// Reads the configuration and, where there is no `model.safetensors`, the index of the shards.
    ///
    /// The single file comes first, as in transformers.
    /// - Throws: `ModelError`, also for a shard outside of the folder
    public init(folder: URL) throws {
        var isFolder: ObjCBool = false
        guard FileManager.default.fileExists(atPath: folder.path, isDirectory: &isFolder), isFolder.boolValue
        else { throw ModelError.missingFolder(folder.path) }
        try FolderReplacement.finish(in: folder)
        self.folder = folder
        configuration = try ModelConfiguration(huggingFace: folder)
        let single = folder.appendingPathComponent(Self.singleFile)
        let index = folder.appendingPathComponent(Self.indexFile)
        let hasSingle = FileManager.default.fileExists(atPath: single.path)
        let hasIndex = FileManager.default.fileExists(atPath: index.path)
        guard hasSingle || hasIndex else {
            throw ModelError.missingFile(
                single.path, hint: "a checkpoint is model.safetensors, or shards with their index")
        }
        if hasSingle {
            shards = nil
            notice =
                hasIndex && (try? Set(Self.shards(in: index).values)) != [Self.singleFile]
                ? "\(single.path) is read, and not the shards of \(Self.indexFile) beside it; remove "
                    + "what is out of date"
                : nil
        } else {
            shards = try Self.shards(in: index)
            notice = nil
        }
    }

    private static func shards(in index: URL) throws -> [String: String] {
        guard let map = try JSONFields(index).value("weight_map") as? [String: String] else {
            throw ModelError.badConfiguration(file: index.path, reason: "weight_map is missing")
        }
        // By name only: what lies in the folder may be a link to a file elsewhere, as in the cache of the hub.
        for shard in Set(map.values).sorted() where !shard.isPathInside {
            throw ModelError.badConfiguration(
                file: index.path, reason: "it names the shard '\(shard)', which is not in the folder")
        }
        return map
    }

    private var weights: [String] { shards.map { Set($0.values).sorted() } ?? [Self.singleFile] }

    /// Every file that decides what the model and its tokenizer do, by its path in the folder, in order.
    package var files: [String] {
        let optional = Tokenizer.fileNames.union([ModelConfiguration.generationFile]).filter {
            FileManager.default.fileExists(atPath: folder.appendingPathComponent($0).path)
        }
        return optional.union(weights).union([ModelConfiguration.file])
            .union(shards == nil ? [] : [Self.indexFile]).sorted()
    }

    /// Maps the weights.
    /// - Returns: gives a tensor by its name, nil where there is none
    func open(on backend: any Backend) throws -> (String) throws -> Tensor? {
        var files: [String: SafetensorsFile] = [:]
        for file in weights {
            let url = folder.appendingPathComponent(file)
            guard FileManager.default.fileExists(atPath: url.path) else {
                throw ModelError.missingFile(url.path, hint: "the index names this shard; download it too")
            }
            files[file] = try SafetensorsFile(url, on: backend)
        }
        guard let shards else { return { try files[Self.singleFile]?.tensor($0) } }
        for (name, file) in shards.sorted(by: { $0.key < $1.key }) where files[file]?.holds(name) != true {
            throw ModelError.badConfiguration(
                file: folder.appendingPathComponent(Self.indexFile).path,
                reason: "it places '\(name)' in \(file), which does not hold it")
        }
        return { name in try shards[name].flatMap { files[$0] }?.tensor(name) }
    }
}

extension String {
    /// Whether a path leads from a folder to something inside of it, links aside.
    fileprivate var isPathInside: Bool {
        !contains("\0")
            && split(separator: "/", omittingEmptySubsequences: false).allSatisfy {
                !["", ".", ".."].contains($0)
            }
    }
}
