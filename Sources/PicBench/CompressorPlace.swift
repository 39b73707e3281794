import Files
import Foundation
import LanguageModels

/// Where a compressor is written.
enum CompressorPlace {
    /// The folder that was named, or compressors/NAME in the model's folder, where it is found by its name.
    static func folder(_ output: PathArgument?, name: String, of backbone: Backbone) throws -> URL {
        guard !name.isEmpty, !name.hasPrefix("."), !name.contains("/") else {
            throw UsageError("'\(name)' cannot be a compressor's name; a name is no path, such as pic-r16")
        }
        let folder = output?.url ?? backbone.folder.appendingPathComponent("compressors/\(name)")
        try FileIdentity.requireApart([folder], from: [backbone.folder])
        return folder
    }
}
