import Contract
import Files
import Foundation
import LanguageModels

/// Which files a compressor's folder has and what they hold.
extension CompressorFolder {
    static let cardFile = "compressor.json"
    static let memoryFile = "memory.safetensors"
    static let encoderFile = "encoder.safetensors"
    /// Those beside the card that are read where they are there: nothing else in a folder decides anything.
    static let weightFiles = Set(LowRankAdapter.files + [memoryFile, encoderFile])

    /// All that may be a compressor's.
    public static let ownFiles = weightFiles.union([cardFile])

    /// The files of a whole compressor beside its card, in order of their names.
    static func files(hasAdapter: Bool) -> [String] {
        ((hasAdapter ? LowRankAdapter.files : [encoderFile]) + [memoryFile]).sorted()
    }

    /// The weight files that are in a folder, in order of their names.
    static func weights(in folder: URL) -> [String] {
        weightFiles.filter { has($0, in: folder) }.sorted()
    }

    static func has(_ file: String, in folder: URL) -> Bool {
        FileManager.default.fileExists(atPath: folder.appendingPathComponent(file).path)
    }

    /// Whether an adapter takes the place of trained layers, seen from its weight files.
    /// - Parameter files: in order of their names
    func hasAdapter(_ files: [String]) throws -> Bool {
        let kinds = (layers: Self.files(hasAdapter: false), adapter: Self.files(hasAdapter: true))
        if files == kinds.layers { return false }
        if files == kinds.adapter { return true }
        throw bad(
            "it holds \(files.isEmpty ? "no weights" : files.joined(separator: ", ")), expected "
                + "\(kinds.layers.joined(separator: ", ")); or \(kinds.adapter.joined(separator: ", ")); copy "
                + "or train it again")
    }

    func bad(_ reason: String) -> ContractError { .badCompressor(folder: url.path, reason: reason) }

    /// What files of it hold: the SHA-256 of each, and the hash of all of them with what the card says.
    ///
    /// Each is read once. The card's own list is no part of the hash: it says the same once more, and a
    /// compressor from before there were lists stays the same compressor.
    func contents(of files: [String]) throws -> (digests: [String: String], contentHash: String) {
        var hash = ContentHash()
        var digests: [String: String] = [:]
        var unlisted = card
        unlisted.files = nil
        for name in (files + [Self.cardFile]).sorted() {
            if name == Self.cardFile {
                hash.add(try unlisted.json, named: name)
            } else {
                digests[name] = try hash.addWithDigest(url.appendingPathComponent(name), named: name)
            }
        }
        return (digests, hash.finish())
    }

    /// Gives a card of an earlier version the list of the files that are there, if they are a whole compressor
    /// of the model; checks a card that has a list.
    /// - Returns: whether the card is another one now
    public func renewCard(for backbone: Backbone) throws -> Bool {
        guard card.files == nil else {
            _ = try StoredCompressor(self).open(on: backbone)
            return false
        }
        let files = Self.weights(in: url)
        _ = try hasAdapter(files)
        let renewed = try listing(files)
        _ = try StoredCompressor(renewed).weights(on: backbone)
        try renewed.writeCard()
        return true
    }

    /// Writes it once more, in the form that trainings write now.
    public func rewrite(for backbone: Backbone) throws {
        try StoredCompressor(self).open(on: backbone).save(card, baseModel: backbone.name, to: url)
    }

    /// The same with a card that lists files as they are now.
    func listing(_ files: [String]) throws -> CompressorFolder {
        var card = card
        card.files = try contents(of: files).digests
        return CompressorFolder(url: url, card: card)
    }

    /// Writes the card.
    func writeCard() throws {
        try FileReplacement.write(card.json, to: url.appendingPathComponent(Self.cardFile))
    }
}
