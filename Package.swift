// swift-tools-version: 6.1
import PackageDescription

let package = Package(
    name: "picbench",
    platforms: [.macOS(.v15)],
    products: [
        .library(name: "PicBench", targets: ["PicBench"]),
        .library(name: "Bench", targets: ["Bench"]),
        .executable(name: "picbench", targets: ["picbench"]),
    ],
    dependencies: [
        .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.0"),
        .package(url: "https://github.com/groue/GRDB.swift", from: "7.10.0"),
    ],
    targets: [
        // The engine: kernels, differentiation, tokenizers, language models.
        .systemLibrary(
            name: "COpenBLAS", pkgConfig: "openblas", providers: [.apt(["libopenblas-dev"])]),
        .target(name: "CKernels", dependencies: ["COpenBLAS"]),
        .target(name: "CSeeding"),
        .target(name: "Seeding", dependencies: ["CSeeding"]),
        .target(name: "Tensors", dependencies: ["CKernels", "Seeding"]),
        .target(name: "Tokenizers"),
        .target(name: "LanguageModels", dependencies: ["Tensors", "Tokenizers", "Seeding"]),

        // What is compared: the protocols, the data, the scores.
        .target(name: "Metrics"),
        .target(name: "Datasets", dependencies: ["Seeding"]),
        .target(name: "Bench", dependencies: ["LanguageModels", "Datasets", "Metrics"]),
        .target(
            name: "Methods", dependencies: ["Bench", "Seeding"], path: "Methods", plugins: ["Catalogue"]),
        .target(name: "Tasks", dependencies: ["Bench"], path: "Tasks", plugins: ["Catalogue"]),
        .plugin(name: "Catalogue", capability: .buildTool(), dependencies: ["CatalogueGenerator"]),
        .executableTarget(name: "CatalogueGenerator", dependencies: ["Seeding"]),

        // The harness: store, training, grid, leaderboard, command line.
        .target(
            name: "Results", dependencies: ["Seeding", .product(name: "GRDB", package: "GRDB.swift")]),
        .target(name: "Leaderboards", dependencies: ["Results", "Seeding"]),
        .target(name: "Training", dependencies: ["Bench"]),
        .target(name: "Runner", dependencies: ["Bench", "Results", "Datasets", "Seeding", "Tensors"]),
        .target(
            name: "PicBench",
            dependencies: [
                "Runner", "Training", "Leaderboards", "Methods", "Tasks",
                .product(name: "ArgumentParser", package: "swift-argument-parser"),
            ]),
        .executableTarget(name: "picbench", dependencies: ["PicBench"], path: "Sources/picbench-cli"),

        .testTarget(name: "SeedingTests", dependencies: ["Seeding", "CSeeding"]),
        .testTarget(
            name: "TokenizersTests", dependencies: ["Tokenizers", "Seeding"], resources: [.copy("Fixtures")]),
        // The kernels once more, compiled for the baseline processor.
        .target(name: "PortableKernels", dependencies: ["CKernels"], path: "Tests/PortableKernels"),
        .target(name: "TestSupport", dependencies: ["Tensors"], path: "Tests/TestSupport"),
        .testTarget(
            name: "TensorsTests", dependencies: ["Tensors", "Seeding", "PortableKernels", "TestSupport"],
            resources: [.copy("Fixtures")]),
        .testTarget(
            name: "LanguageModelsTests", dependencies: ["LanguageModels", "Seeding"],
            resources: [.copy("Fixtures")]),
        .testTarget(name: "MetricsTests", dependencies: ["Metrics"], resources: [.copy("Fixtures")]),
        .testTarget(
            name: "BenchTests", dependencies: ["Bench", "LanguageModels", "Tokenizers"],
            resources: [.copy("Fixtures")]),
        .testTarget(name: "DatasetsTests", dependencies: ["Datasets"]),
        .testTarget(
            name: "ResultsTests",
            dependencies: ["Results", "Leaderboards", .product(name: "GRDB", package: "GRDB.swift")],
            exclude: ["Fixtures"]),
        .testTarget(
            name: "MethodsTests", dependencies: ["Methods", "Tasks", "Bench", "Seeding"],
            resources: [.copy("Fixtures")]),
        .testTarget(name: "TrainingTests", dependencies: ["Training", "Methods", "Bench", "TestSupport"]),
        .testTarget(
            name: "PicBenchTests",
            dependencies: ["picbench", "Results", .product(name: "GRDB", package: "GRDB.swift")],
            exclude: ["Fixtures"]),
    ],
    swiftLanguageModes: [.v6]
)
