import ArgumentParser
import Contract
import Files
import Foundation
import LanguageModels
import Methods
import SoftPrompts

struct ImportCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "import",
        abstract: "Makes compressors usable that were published elsewhere or made by an earlier version.",
        subcommands: [ImportICAECommand.self, ImportCompressorCommand.self])
}

struct ImportICAECommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "icae", abstract: "Imports a release of ICAE v2.",
        discussion: """
            The file holds the memory tokens and the adapter in safetensors; the model is the
            folder that it was trained on. The compressor is written to compressors/NAME in
            the model's folder, where 'picbench run' finds it.

                picbench import icae mistral_7b_ft_icae.safetensors --model Mistral-7B-Instruct-v0.2
                picbench run --model Mistral-7B-Instruct-v0.2 --methods icae:positions=contiguous --ratios 4
            """)

    @Argument(help: "The release's safetensors file.")
    var file: PathArgument

    @Option(help: "The model that it was trained on: a folder, or a name in Models/.")
    var model: String

    @Option(help: "The adapter's alpha, which is not in the file.")
    var alpha = 32.0

    @Option(help: "Context tokens a memory token.")
    var rate = 4

    @Option(help: "The compressor's name; by default the file's.")
    var name: String?

    @Option(name: [.customShort("o"), .customLong("output")], help: "The folder, if not compressors/NAME.")
    var output: PathArgument?

    func run() throws {
        try UsageError.require("--rate", rate, 1...1_048_575)
        guard alpha.isFinite, alpha != 0 else { throw UsageError("--alpha must be a number other than 0") }
        let backbone = try Backbone(ModelLocator.checkpoint(model))
        let name = name ?? file.url.deletingPathExtension().lastPathComponent
        let folder = try CompressorPlace.folder(output, name: name, of: backbone)
        try FileIdentity.requireApart(
            CompressorFolder.ownFiles.map { folder.appendingPathComponent($0) }, from: [file.url])
        let release = try ICAERelease(file.url, for: backbone.model, alpha: alpha, rate: rate)
        var parameters = ICAE.Parameters()
        parameters.positions = .contiguous
        let method = ICAE(parameters: parameters)
        try release.save(
            as: name, method: ICAE.card.id, parameters: method.parametersJSON, for: backbone, to: folder)
        try Output.text(
            "\(folder.path): \(release.compressor.memory.rows) memory tokens for segments of "
                + "\(release.compressor.segmentTokens ?? 0) tokens; use it with --methods "
                + "icae:positions=contiguous --ratios \(rate)\n")
    }
}

struct ImportCompressorCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "compressor", abstract: "Renews the card of compressors from an earlier version.",
        discussion: """
            A card lists the files of its folder with their SHA-256, so that one that is missing,
            added or changed is refused. Cards of earlier versions did not. Each folder is opened
            with its model; where it is whole, its files are listed in compressor.json as they
            are. Nothing else changes: cells that were scored with it stay known.

                picbench import compressor path/to/folder/compressors/* --model path/to/folder

            With --rewrite they are stored as trainings store them now, layers in bfloat16: half
            the size, and another compressor to what was scored with it.
            """)

    @Argument(help: "The compressors' folders.")
    var folders: [PathArgument]

    @Option(help: "The model that they were trained on: a folder, or a name in Models/.")
    var model = ModelLocator.bundled

    @Flag(help: "Store layers in bfloat16.")
    var rewrite = false

    func run() throws {
        let backbone = try Backbone(ModelLocator.checkpoint(model))
        for path in folders {
            if rewrite {
                try CompressorFolder(path.url).rewrite(for: backbone)
                try Output.text("\(path): written again\n")
                continue
            }
            let isRenewed = try CompressorFolder(path.url).renewCard(for: backbone)
            try Output.text("\(path): \(isRenewed ? "renewed" : "its card lists its files already")\n")
        }
    }
}
