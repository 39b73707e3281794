import Foundation
import LanguageModels
import Tensors

extension Compressor {
    /// Writes the folder that `StoredCompressor` opens.
    /// - Parameter baseModel: the base model's name, for tools that read the adapter
    public func save(_ card: CompressorCard, baseModel: String, to folder: URL) throws {
        do {
            try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
            // What another training left would be opened with this one's.
            for file in CompressorFolder.weightFiles.union([CompressorFolder.cardFile]) {
                if CompressorFolder.has(file, in: folder) {
                    try FileManager.default.removeItem(at: folder.appendingPathComponent(file))
                }
            }
        } catch {
            throw SafetensorsError.unwritable(path: folder.path, reason: error.localizedDescription)
        }
        var own = ["memory": memory]
        own["projection"] = projection
        own[StoredCompressor.answerLead] = lead?.answer
        own[StoredCompressor.readBackLead] = lead?.readBack
        try SafetensorsFile.write(
            own, to: folder.appendingPathComponent(CompressorFolder.memoryFile))
        if let adapter {
            try adapter.save(to: folder, baseModel: baseModel)
        } else {
            let layers = encoder.tensors.filter { Self.isEncoders($0.key) }
            try SafetensorsFile.write(layers, to: folder.appendingPathComponent(CompressorFolder.encoderFile))
        }
        // The card last: a folder with a card is whole.
        try CompressorFolder(url: folder, card: card)
            .listing(CompressorFolder.files(hasAdapter: adapter != nil)).writeCard()
    }
}
