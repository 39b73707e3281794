import Foundation
import Tokenizers

/// An opened model: the decoder that every method of a grid shares, and its tokenizer.
public struct Backbone: Sendable {
    /// Where what belongs to it is kept: its folder, or one beside its file.
    public let folder: URL
    /// The folder's or the file's name, with the adapter's behind it where there is one.
    public let name: String
    /// SHA-256 over the files that are read: its outputs are theirs.
    public let contentHash: String
    public let model: LanguageModel
    public let tokenizer: Tokenizer
    /// What its files say about the tokenizer; nil for what its folder says.
    private let configuration: TokenizerConfiguration?

    /// - Parameter adapter: a PEFT folder; the adapted model is another model, by its name and its hash
    public init(folder: URL, adapter: URL? = nil) throws {
        try self.init(Checkpoint(folder: folder), adapter: adapter)
    }

    /// - Parameter adapter: a PEFT folder; the adapted model is another model, by its name and its hash
    public init(_ checkpoint: Checkpoint, adapter: URL? = nil) throws {
        let model = try LanguageModel.opened(checkpoint, adapter: adapter)
        var read = checkpoint.files
        if let adapter {
            read += LowRankAdapter.files.map { (adapter.appendingPathComponent($0), $0) }
        }
        let (tokenizer, configuration) = try checkpoint.tokenizer()
        guard tokenizer.vocabularySize <= model.configuration.vocabularySize else {
            throw ModelError.mismatch(
                "\(checkpoint.url.path): the tokenizer has \(tokenizer.vocabularySize) ids, the embedding table "
                    + "\(model.configuration.vocabularySize) rows; they belong to different models")
        }
        var hash = ContentHash()
        for (file, name) in read { try hash.add(file, named: name) }
        self.init(
            folder: checkpoint.folder,
            name: ([checkpoint.name] + (adapter.map { [$0.lastPathComponent] } ?? [])).joined(separator: "+"),
            model: model, tokenizer: tokenizer, contentHash: hash.finish(), configuration: configuration)
    }

    /// - Parameters:
    ///   - name: by default the folder's
    ///   - configuration: what is said about the tokenizer; by default what the folder says
    public init(
        folder: URL, name: String? = nil, model: LanguageModel, tokenizer: Tokenizer, contentHash: String,
        configuration: TokenizerConfiguration? = nil
    ) {
        self.folder = folder
        self.name = name ?? folder.lastPathComponent
        self.contentHash = contentHash
        self.model = model
        self.tokenizer = tokenizer
        self.configuration = configuration
    }

    /// The same model by another name.
    public func named(_ name: String) -> Backbone {
        Backbone(
            folder: folder, name: name, model: model, tokenizer: tokenizer, contentHash: contentHash,
            configuration: configuration)
    }

    /// What is said about the tokenizer.
    public func tokenizerConfiguration() throws -> TokenizerConfiguration {
        try configuration ?? TokenizerConfiguration(folder: folder)
    }
}
