import Foundation
import PackagePlugin

/// Generates the catalogue of a folder before its target is compiled: dropping a file in is the
/// whole registration.
@main
struct Catalogue: BuildToolPlugin {
    func createBuildCommands(context: PluginContext, target: Target) throws -> [Command] {
        guard let module = target as? SourceModuleTarget else { return [] }
        let inputs = module.sourceFiles(withSuffix: ".swift").map(\.url)
        let output = context.pluginWorkDirectoryURL.appending(path: "Catalogue.swift")
        return [
            .buildCommand(
                displayName: "Listing the files of \(target.name)/",
                executable: try context.tool(named: "CatalogueGenerator").url,
                arguments: [target.name, output.path()] + inputs.map { $0.path() },
                inputFiles: inputs,
                outputFiles: [output])
        ]
    }
}
