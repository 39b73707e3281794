import Files
import Foundation
import GGUF
import Tensors
import Tokenizers

/// A model as it is stored: which files are read, and which of them holds a tensor. A Hugging Face folder, or a GGUF
/// file.
public struct Checkpoint: Sendable {
    /// The folder or the file.
    public let url: URL
    public let configuration: ModelConfiguration
    private let weights: Weights

    private enum Weights {
        case single
        /// The file of each tensor as the index says it, by its path in the folder.
        case shards([String: String])
        case gguf(GGUFFile)
    }

    /// What whoever uses it should know, a line each: which of two sets of weights is read, and tensors that nothing
    /// reads.
    public let notices: [String]

    static let singleFile = "model.safetensors"
    private static let indexFile = "model.safetensors.index.json"

    /// Opens a folder, or a file that begins as GGUF.
    public init(_ url: URL) throws {
        let kind = try FileKind(of: url)
        guard [.nothing, .file, .folder].contains(kind) else {
            throw FileError.wrongKind(path: url.path, found: kind, expected: .folder)
        }
        if kind == .file || url.pathExtension.lowercased() == "gguf" {
            try self.init(GGUFFile(url))
        } else {
            try self.init(folder: url)
        }
    }

    init(_ gguf: GGUFFile) throws {
        url = gguf.url
        let configuration = try ModelConfiguration(gguf)
        self.configuration = configuration
        weights = .gguf(gguf)
        let known = LanguageModel.names(of: configuration).compactMap {
            GGUFFile.name(ofHuggingFace: $0, in: configuration.architecture)
        }
        notices = Self.notice(
            unread: Array(gguf.tensors.keys),
            known: known + [GGUFFile.rotaryFactors, GGUFFile.shortFactors, GGUFFile.longFactors], in: url)
    }

    /// Reads the configuration and, where there is no `model.safetensors`, the index of the shards.
    ///
    /// The single file comes first, as in transformers.
    /// - Throws: `ModelError`, also for a shard outside of the folder
    public init(folder: URL) throws {
        var isFolder: ObjCBool = false
        guard FileManager.default.fileExists(atPath: folder.path, isDirectory: &isFolder), isFolder.boolValue
        else { throw ModelError.missingFolder(folder.path) }
        try FolderReplacement.finish(in: folder)
        url = folder
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
            weights = .single
            let known = LanguageModel.names(of: configuration)
            let unread = Self.notice(unread: try SafetensorsFile(single).names, known: known, in: single)
            let isStale = hasIndex && (try? Set(Self.shards(in: index).values)) != [Self.singleFile]
            notices =
                (isStale
                    ? [
                        "\(single.path) is read, and not the shards of \(Self.indexFile) beside it; remove what is out "
                            + "of date"
                    ] : []) + unread
        } else {
            let shards = try Self.shards(in: index)
            weights = .shards(shards)
            notices = Self.notice(
                unread: Array(shards.keys), known: LanguageModel.names(of: configuration), in: index)
        }
    }

    /// A line about tensors that are there and not read, in one place; buffers of older code are no weights.
    private static func notice(unread all: [String], known: [String], in file: URL) -> [String] {
        let known = Set(known)
        let unread = all.filter { name in
            !known.contains(name)
                && !["inv_freq", "position_ids", "masked_bias"].contains { name.hasSuffix($0) }
        }.sorted()
        guard let first = unread.first else { return [] }
        let others = unread.count > 1 ? " and \(unread.count - 1) tensors more" : ""
        let reason = first == "lm_head.weight" ? ", since the model's head is its embedding table" : ""
        return ["\(file.path) holds '\(first)'\(others), which nothing reads\(reason)"]
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

    /// What is added to the weights of norms as they are stored; GGUF files hold the sums.
    var normOffset: Float {
        if case .gguf = weights { 0 } else { configuration.architecture.normOffset }
    }

    /// What the model is called: the folder's name, or the file's without its ending.
    public var name: String {
        if case .gguf = weights {
            url.deletingPathExtension().lastPathComponent
        } else {
            url.lastPathComponent
        }
    }

    /// Where what belongs to the model is kept, such as its compressors: the folder itself, or one beside the file
    /// with its name.
    public var folder: URL {
        if case .gguf = weights { url.deletingPathExtension() } else { url }
    }

    /// Every file that decides what the model and its tokenizer do, in the order of the names under which they count.
    package var files: [(file: URL, name: String)] {
        var names = Tokenizer.fileNames.union([ModelConfiguration.generationFile]).filter {
            FileManager.default.fileExists(atPath: url.appendingPathComponent($0).path)
        }
        names.insert(ModelConfiguration.file)
        switch weights {
        case .single: names.insert(Self.singleFile)
        case .shards(let shards): names.formUnion(Set(shards.values).union([Self.indexFile]))
        // Another name makes no other model.
        case .gguf: return [(url, "model.gguf")]
        }
        return names.sorted().map { (url.appendingPathComponent($0), $0) }
    }

    /// The tokenizer, and what is said about it.
    package func tokenizer() throws -> (Tokenizer, TokenizerConfiguration) {
        if case .gguf(let file) = weights { return try Self.tokenizer(of: file) }
        return (try Tokenizer(folder: url), try TokenizerConfiguration(folder: url))
    }

    private static func tokenizer(of file: GGUFFile) throws -> (Tokenizer, TokenizerConfiguration) {
        let vocabulary = try GGUFVocabulary(file)
        let configuration = TokenizerConfiguration(vocabulary)
        return (try Tokenizer(vocabulary, configuration), configuration)
    }

    /// The tokenizer of a folder that may hold nothing else, or of a GGUF file, and what is said about it.
    package static func tokenizer(of url: URL) throws -> (Tokenizer, TokenizerConfiguration) {
        GGUFFile.isOne(url)
            ? try tokenizer(of: GGUFFile(url))
            : (try Tokenizer(folder: url), try TokenizerConfiguration(folder: url))
    }

    /// SHA-256 over the files that decide what the tokenizer of a folder or a GGUF file does.
    package static func tokenizerHash(of url: URL) throws -> String {
        var hash = ContentHash()
        if GGUFFile.isOne(url) {
            try hash.add(url, named: "model.gguf")
        } else {
            for name in Tokenizer.fileNames.sorted() {
                let file = url.appendingPathComponent(name)
                if FileManager.default.fileExists(atPath: file.path) { try hash.add(file, named: name) }
            }
        }
        return hash.finish()
    }

    /// Maps the weights.
    /// - Returns: gives a tensor by its name, nil where there is none
    func open(on backend: any Backend) throws -> (String) throws -> Tensor? {
        let shards: [String: String]?
        switch weights {
        case .gguf(let file): return file.open(for: configuration, on: backend)
        case .single: shards = nil
        case .shards(let all): shards = all
        }
        var files: [String: SafetensorsFile] = [:]
        for file in shards.map({ Set($0.values).sorted() }) ?? [Self.singleFile] {
            let url = url.appendingPathComponent(file)
            guard FileManager.default.fileExists(atPath: url.path) else {
                throw ModelError.missingFile(url.path, hint: "the index names this shard; download it too")
            }
            files[file] = try SafetensorsFile(url, on: backend)
        }
        guard let shards else { return { try files[Self.singleFile]?.tensor($0) } }
        for (name, file) in shards.sorted(by: { $0.key < $1.key }) where files[file]?.holds(name) != true {
            throw ModelError.badConfiguration(
                file: url.appendingPathComponent(Self.indexFile).path,
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
