import Foundation
import Tensors

/// What can be wrong with a model's folder, in one line: where, what was found, what to do.
public enum ModelError: Error, CustomStringConvertible, LocalizedError {
    case missingFolder(String)
    case missingFile(String, hint: String)
    case badConfiguration(file: String, reason: String)
    case unsupported(file: String, field: String, found: String, supported: String)
    case missingTensor(folder: String, name: String)
    case wrongShape(folder: String, name: String, found: [Int], expected: [Int])
    case mismatch(String)

    public var description: String { text.oneLine }

    private var text: String {
        switch self {
        case .missingFolder(let path):
            "no model at \(path): there is no such folder; give a folder with config.json and safetensors"
        case .missingFile(let path, let hint):
            "\(path) is missing; \(hint)"
        case .badConfiguration(let file, let reason):
            "\(file): \(reason)"
        case .unsupported(let file, let field, let found, let supported):
            "\(file): \(field) is \(found), which would change the results; supported: \(supported)"
        case .missingTensor(let folder, let name):
            "\(folder) holds no tensor '\(name)'; the checkpoint is incomplete or of another architecture"
        case .wrongShape(let folder, let name, let found, let expected):
            "\(folder): '\(name)' has the shape \(found), config.json asks for \(expected)"
        case .mismatch(let text):
            text
        }
    }

    public var errorDescription: String? { description }
}
