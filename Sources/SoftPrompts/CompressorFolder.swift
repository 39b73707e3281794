import Budgets
import Contract
import Files
import Foundation
import LanguageModels
import Tensors

/// The folder of a trained compressor, by default `compressors/NAME` in its model's folder: what its card
/// says, before any of its weights is read.
public struct CompressorFolder: Sendable {
    public let url: URL
    public let card: CompressorCard

    /// A folder whose card is another one than is written there, or none yet.
    init(url: URL, card: CompressorCard) {
        self.url = url
        self.card = card
    }

    /// - Throws: `ContractError.badCompressor` where the card is missing or unsound
    public init(_ url: URL) throws {
        self.url = url
        try FolderReplacement.finish(in: url)
        card = try CompressorCard(file: url.appendingPathComponent(Self.cardFile))
    }

    /// Every compressor in a model's folder, in order of their names.
    public static func all(of backbone: Backbone) throws -> [CompressorFolder] {
        try all(in: backbone.folder.appendingPathComponent("compressors"))
    }

    /// The model's own, or those in the folders that were named.
    static func all(of resources: Resources) throws -> [CompressorFolder] {
        guard let folders = resources.compressors else { return try all(of: resources.backbone) }
        return try folders.flatMap { try all(in: $0) }
    }

    /// Every compressor in a folder of such folders, in order of their names.
    ///
    /// A folder with weights and without a card has lost it, and is refused, not passed over.
    public static func all(in folder: URL) throws -> [CompressorFolder] {
        guard FileManager.default.fileExists(atPath: folder.path) else { return [] }
        guard let names = try? FileManager.default.contentsOfDirectory(atPath: folder.path) else {
            throw SafetensorsError.unreadable(
                path: folder.path, reason: "it is not a folder of compressors, or may not be read")
        }
        return try names.filter { !$0.hasPrefix(".") }.sorted().map(folder.appendingPathComponent)
            .filter {
                try FolderReplacement.finish(in: $0)
                return !weights(in: $0).isEmpty || has(cardFile, in: $0)
            }.map(CompressorFolder.init)
    }

    /// Every compressor that a method can be used with, those first that were trained at what is asked for;
    /// none only for a method that works without.
    /// - Parameter demand: lies within the ratios that it was trained at
    public static func fitting(
        _ method: any ConfiguredMethod, _ demand: Demand, among folders: [CompressorFolder]
    ) throws -> [CompressorFolder] {
        guard let trainable = method as? any TrainableMethod else { return [] }
        let own = folders.filter {
            $0.card.method == method.card.id && $0.card.parameters == method.parametersJSON
        }
        let (least, most) = (demand.ratios.lowerBound.value, demand.ratios.upperBound.value)
        let within = own.filter { folder in
            guard let low = folder.card.ratios.min(), let high = folder.card.ratios.max() else {
                return false
            }
            return low <= least && most <= high
        }
        if within.isEmpty, !type(of: trainable).worksUntrained {
            let trained = own.flatMap(\.card.ratios).compactMap(Ratio.init).sorted().map(\.description)
            throw ContractError.untrained(method: method.label, budget: demand.budget, trained: trained)
        }
        let exact = within.filter { $0.card.ratios.contains(least) && least == most }
        return exact + within.filter { other in !exact.contains { $0.url == other.url } }
    }
}
