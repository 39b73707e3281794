import Foundation
import Tensors

extension LanguageModel {
    /// Opens a Hugging Face folder; weights stay as stored and are mapped, not read.
    public convenience init(folder: URL, on backend: any Backend = .standard) throws {
        var isFolder: ObjCBool = false
        guard FileManager.default.fileExists(atPath: folder.path, isDirectory: &isFolder), isFolder.boolValue
        else { throw ModelError.missingFolder(folder.path) }
        let configuration = try ModelConfiguration(huggingFace: folder)
        let stored = try Self.storedTensors(in: folder, on: backend)
        try self.init(configuration) { name, shape in
            guard let tensor = stored[name] else {
                throw ModelError.missingTensor(folder: folder.path, name: name)
            }
            guard tensor.shape == shape else {
                throw ModelError.wrongShape(
                    folder: folder.path, name: name, found: tensor.shape, expected: shape)
            }
            // Vectors are few and small: widened once. Matrices stay as stored.
            let used = shape.count == 1 && tensor.elementType != .float32 ? tensor.copy() : tensor
            if shape.count == 1, !used.isFinite {
                throw ModelError.badConfiguration(
                    file: folder.path, reason: "'\(name)' holds numbers that are not finite")
            }
            return used
        }
    }

    private static func storedTensors(
        in folder: URL, on backend: any Backend
    ) throws -> [String: Tensor] {
        let single = folder.appendingPathComponent("model.safetensors")
        if FileManager.default.fileExists(atPath: single.path) {
            return try SafetensorsFile(single, on: backend).tensors
        }
        let index = folder.appendingPathComponent("model.safetensors.index.json")
        guard FileManager.default.fileExists(atPath: index.path) else {
            throw ModelError.missingFile(
                single.path, hint: "a checkpoint is model.safetensors, or shards with their index")
        }
        let fields = try JSONFields(index)
        guard let map = fields.value("weight_map") as? [String: String] else {
            throw ModelError.badConfiguration(file: index.path, reason: "weight_map is missing")
        }
        var files: [String: SafetensorsFile] = [:]
        for shard in Set(map.values).sorted() {
            let url = folder.appendingPathComponent(shard)
            guard FileManager.default.fileExists(atPath: url.path) else {
                throw ModelError.missingFile(url.path, hint: "the index names this shard; download it too")
            }
            files[shard] = try SafetensorsFile(url, on: backend)
        }
        var result: [String: Tensor] = [:]
        for (name, shard) in map.sorted(by: { $0.key < $1.key }) {
            guard let tensor = files[shard]?.tensors[name] else {
                throw ModelError.badConfiguration(
                    file: index.path, reason: "it places '\(name)' in \(shard), which does not hold it")
            }
            result[name] = tensor
        }
        return result
    }

    /// Writes config.json and model.safetensors (float32).
    public func save(to folder: URL) throws {
        do {
            try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
            let json = try JSONSerialization.data(
                withJSONObject: configuration.huggingFace, options: [.prettyPrinted, .sortedKeys])
            try json.write(to: folder.appendingPathComponent("config.json"), options: .atomic)
        } catch {
            throw SafetensorsError.unwritable(path: folder.path, reason: error.localizedDescription)
        }
        try SafetensorsFile.write(tensors, to: folder.appendingPathComponent("model.safetensors"))
    }
}
