import ArgumentParser
import Tensors

struct BenchLimitsCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "limits", abstract: "What the machine can do at best.",
        discussion: """
            Decoding reads every weight once a token: memory read a second is its limit.
            Prefill multiplies matrices: OpenBLAS's products in float32 are what it is
            measured against.
            """)

    @OptionGroup var options: BenchOptions

    @Option(help: "Megabytes (10^6 bytes) that are read; more than any cache holds.")
    var megabytes = 1000

    func run() throws {
        try options.apply()
        try UsageError.require("--megabytes", megabytes, 1...1_000_000)
        var seconds: [Double] = []
        MachineLimits.readMemory(bytes: megabytes * 1_000_000) { seconds = options.seconds($0) }
        var measured = [
            BenchMeasurement(
                "read", of: "memory", count: Double(megabytes) / 1000, units: "GB", seconds: seconds)
        ]
        for threads in Set([1, Threads.count]).sorted() {
            let size = 2048
            MachineLimits.multiply(size: size, threads: threads) { seconds = options.seconds($0) }
            measured.append(
                BenchMeasurement(
                    "multiply", of: "matrices by OpenBLAS with \(threads) threads",
                    count: 2e-9 * Double(size * size * size), units: "GFLOP", seconds: seconds))
        }
        if options.json { return try Output.json(measured) }
        try Output.text(measured.map { $0.text + "\n" }.joined())
    }
}
