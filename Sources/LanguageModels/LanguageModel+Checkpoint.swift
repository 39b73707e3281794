import Files
import Foundation
import Tensors

extension LanguageModel {
    /// Opens a Hugging Face folder; weights stay as stored and are mapped, not read.
    public convenience init(folder: URL, on backend: any Backend = .standard) throws {
        try self.init(Checkpoint(folder: folder), on: backend)
    }

    /// Opens a checkpoint; weights stay as stored and are mapped, not read.
    public convenience init(_ checkpoint: Checkpoint, on backend: any Backend = .standard) throws {
        let folder = checkpoint.url.path
        let stored = try checkpoint.open(on: backend)
        try self.init(checkpoint.configuration) { name, shape in
            let place = checkpoint.configuration.place(of: name)
            let storedName = place?.name ?? name
            let storedShape = place.map { [$0.count] + shape.dropFirst() } ?? shape
            guard let tensor = try stored(storedName) else {
                throw ModelError.missingTensor(folder: folder, name: storedName)
            }
            guard tensor.shape == storedShape else {
                throw ModelError.wrongShape(
                    folder: folder, name: storedName, found: tensor.shape, expected: storedShape)
            }
            if let place { return tensor.sharedRows(place.rows) }
            // Vectors are few and small: widened once. Matrices stay as stored.
            let used = (shape.count == 1 && tensor.elementType != .float32 ? tensor.copy() : tensor)
                .adding(checkpoint.normOffset, toNorm: name)
            if shape.count == 1, !used.isFinite {
                throw ModelError.badConfiguration(
                    file: folder, reason: "'\(name)' holds numbers that are not finite")
            }
            return used
        }
    }

    /// What `save` writes.
    public static let savedFiles = [ModelConfiguration.file, Checkpoint.singleFile]

    /// Writes config.json and model.safetensors (float32).
    /// - Throws: `FileError`
    public func save(to folder: URL) throws {
        try FolderReplacement.write(to: folder) { try write(to: $0) }
    }

    /// Writes its files among those of a folder that are replaced together.
    public func write(to replacement: FolderReplacement) throws {
        let json = try JSONSerialization.data(
            withJSONObject: configuration.huggingFace, options: [.prettyPrinted, .sortedKeys])
        try replacement.write(json, to: ModelConfiguration.file)
        try SafetensorsFile.write(
            storedTensors, to: replacement.stage.appendingPathComponent(Checkpoint.singleFile))
    }
}
