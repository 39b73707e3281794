import Files
import Foundation
import LanguageModels
import Tensors

extension Compressor {
    /// Writes the folder that `StoredCompressor` opens, in place of a compressor that it holds; matrices of trained
    /// layers in bfloat16, which is half the size.
    /// - Parameter baseModel: the base model's name, for tools that read the adapter
    /// - Throws: `FileError`; the folder is then as it was
    public func save(_ card: CompressorCard, baseModel: String, to folder: URL) throws {
        try FolderReplacement.write(to: folder) { replacement in
            // What another training left would be opened with this one's.
            replacement.obsolete = CompressorFolder.ownFiles
            let stage = replacement.stage
            var own = ["memory": memory]
            own["projection"] = projection
            own[StoredCompressor.answerLead] = lead?.answer
            own[StoredCompressor.readBackLead] = lead?.readBack
            own.merge(decoderTensors) { a, _ in a }
            try SafetensorsFile.write(own, to: stage.appendingPathComponent(CompressorFolder.memoryFile))
            if let adapter {
                try adapter.write(to: replacement, baseModel: baseModel)
            } else {
                let layers = encoder.tensors.filter { Self.isEncoders($0.key) }.mapValues {
                    $0.shape.count == 2 ? $0.rounded() : $0
                }
                try SafetensorsFile.write(
                    layers, to: stage.appendingPathComponent(CompressorFolder.encoderFile))
            }
            try CompressorFolder(url: stage, card: card)
                .listing(CompressorFolder.files(hasAdapter: adapter != nil)).writeCard()
        }
    }
}
