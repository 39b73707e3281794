import ArgumentParser
import Bench
import Foundation

/// The results file.
struct StoreOptions: ParsableArguments {
    @Option(help: ArgumentHelp("The results file, an SQLite database.", valueName: "path"))
    var db = "results.sqlite"
}

/// How much of the machine is used.
struct MachineOptions: ParsableArguments {
    @Option(help: "Threads; by default one a core.")
    var threads: Int?

    func apply() throws { try Machine.use(threads: threads) }
}

/// Ratios with commas between them: `4,16,64`.
struct RatioList: ExpressibleByArgument {
    let values: [Ratio]

    init?(argument: String) {
        let parts = argument.split(separator: ",", omittingEmptySubsequences: false)
        let ratios = parts.compactMap { Double($0.trimmingCharacters(in: .whitespaces)).flatMap(Ratio.init) }
        guard ratios.count == parts.count, !ratios.isEmpty else { return nil }
        var seen: Set<Ratio> = []
        values = ratios.filter { seen.insert($0).inserted }
    }

    init(_ values: [Double]) { self.values = values.compactMap(Ratio.init) }

    var defaultValueDescription: String { values.map(\.description).joined(separator: ",") }
}
