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

    /// Every compressor that a method can be used with, those first that were trained at what is asked for; where
    /// none was trained for it those that were measured at it. None only for a method that works without.
    /// - Parameters:
    ///   - demand: lies within the ratios that it was trained or measured at
    ///   - beyond: whether others are taken where there is none
    public static func fitting(
        _ method: any ConfiguredMethod, _ demand: Demand, among folders: [CompressorFolder],
        beyond: Bool = false
    ) throws -> [CompressorFolder] {
        guard let trainable = method as? any TrainableMethod else { return [] }
        let own = folders.filter {
            $0.card.method == method.card.id && $0.card.parameters == method.parametersJSON
        }
        let (least, most) = (demand.ratios.lowerBound.value, demand.ratios.upperBound.value)
        let within = own.filter { $0.isTrained(for: demand) }
        let reaching = own.filter { $0.reaches(demand) }
        let others = reaching.isEmpty && beyond ? own : reaching
        if within.isEmpty, !others.isEmpty { return others }
        if within.isEmpty, !type(of: trainable).worksUntrained {
            let trained = own.flatMap(\.card.ratios).compactMap(Ratio.init).sorted().map(\.description)
            throw ContractError.untrained(method: method.label, budget: demand.budget, trained: trained)
        }
        let exact = within.filter { $0.card.ratios.contains(least) && least == most }
        return exact + within.filter { other in !exact.contains { $0.url == other.url } }
    }

    /// Whether a demand lies within the ratios that it was trained at.
    func isTrained(for demand: Demand) -> Bool {
        Self.spans(card.ratios, demand)
    }

    /// Whether a demand lies within the ratios that it was trained or measured at.
    private func reaches(_ demand: Demand) -> Bool {
        Self.spans(card.ratios + (card.measuredRatios ?? []), demand)
    }

    private static func spans(_ ratios: [Double], _ demand: Demand) -> Bool {
        guard let low = ratios.min(), let high = ratios.max() else { return false }
        return low <= demand.ratios.lowerBound.value && demand.ratios.upperBound.value <= high
    }

    /// What a user should know who compresses a dataset with it.
    func warnings(at demand: Demand, of dataset: String?) -> [String] {
        var warnings: [String] = []
        if !isTrained(for: demand) {
            let ratios = card.ratios.compactMap(Ratio.init).map { "\($0)x" }.joined(separator: ", ")
            warnings.append("\(card.name) is used at \(demand.budget), beyond the \(ratios) of its training")
        }
        for data in card.trainedOn ?? [] {
            guard let dataset, dataset == data.dataset || dataset.hasPrefix(data.dataset + ",") else {
                continue
            }
            guard let fold = data.heldOut else {
                warnings.append("\(card.name) learned from \(data.dataset), all of it")
                continue
            }
            if Fold(fold)?.isOnlyOne(of: dataset) == true { continue }
            warnings.append(
                "\(card.name) learned from \(data.dataset); --held-out \(fold) scores what it has not seen")
        }
        return warnings
    }
}
