import Foundation
import Tokenizers

/// An opened model folder: the decoder that every method of a grid shares, and its tokenizer.
public struct Backbone: Sendable {
    public let folder: URL
    /// The folder's name, with the adapter's behind it where there is one.
    public let name: String
    /// SHA-256 over the files that are read: its outputs are theirs.
    public let contentHash: String
    public let model: LanguageModel
    public let tokenizer: Tokenizer

    /// - Parameter adapter: a PEFT folder; the adapted model is another model, by its name and its hash
    public init(folder: URL, adapter: URL? = nil) throws {
        try self.init(Checkpoint(folder: folder), adapter: adapter)
    }

    /// - Parameter adapter: a PEFT folder; the adapted model is another model, by its name and its hash
    public init(_ checkpoint: Checkpoint, adapter: URL? = nil) throws {
        let folder = checkpoint.folder
        var model = try LanguageModel(checkpoint)
        var read = checkpoint.files.map { (file: folder.appendingPathComponent($0), name: $0) }
        if let adapter {
            model = model.merged(with: try LowRankAdapter(folder: adapter, for: model))
            read += LowRankAdapter.files.map { (adapter.appendingPathComponent($0), $0) }
        }
        let tokenizer = try Tokenizer(folder: folder)
        guard tokenizer.vocabularySize <= model.configuration.vocabularySize else {
            throw ModelError.mismatch(
                "\(folder.path): the tokenizer has \(tokenizer.vocabularySize) ids, the embedding table "
                    + "\(model.configuration.vocabularySize) rows; they belong to different models")
        }
        var hash = ContentHash()
        for (file, name) in read { try hash.add(file, named: name) }
        self.init(
            folder: folder,
            name: ([folder] + (adapter.map { [$0] } ?? [])).map(\.lastPathComponent)
                .joined(separator: "+"),
            model: model, tokenizer: tokenizer, contentHash: hash.finish())
    }

    /// - Parameter name: by default the folder's
    public init(
        folder: URL, name: String? = nil, model: LanguageModel, tokenizer: Tokenizer, contentHash: String
    ) {
        self.folder = folder
        self.name = name ?? folder.lastPathComponent
        self.contentHash = contentHash
        self.model = model
        self.tokenizer = tokenizer
    }
}
