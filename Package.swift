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
        .target(name: "LanguageModels", dependencies: ["Tensors", "Seeding"]),

        // What is compared: the protocols, the data, the scores.
        .target(name: "Metrics"),
        .target(name: "Segmentation"),
        .target(name: "Datasets", dependencies: ["Seeding"]),
        .target(
            name: "Bench",
            dependencies: ["LanguageModels", "Tokenizers", "Tensors", "Datasets", "Metrics", "Seeding"]),
        .target(
            name: "Methods", dependencies: ["Bench", "Tensors", "Seeding"], path: "Methods",
            plugins: ["Catalogue"]),
        .target(
            name: "Tasks", dependencies: ["Bench", "Datasets", "Metrics"], path: "Tasks",
            plugins: ["Catalogue"]),
        .plugin(name: "Catalogue", capability: .buildTool(), dependencies: ["CatalogueGenerator"]),
        .executableTarget(name: "CatalogueGenerator", dependencies: ["Seeding"]),

        // The harness: store, training, grid, leaderboard, command line.
        .target(
            name: "Results", dependencies: ["Seeding", .product(name: "GRDB", package: "GRDB.swift")]),
        .target(name: "Leaderboards", dependencies: ["Results", "Seeding"]),
        .target(
            name: "Site", dependencies: ["Leaderboards", "Results"],
            resources: [.embedInCode("Resources/style.css"), .embedInCode("Resources/site.js")]),
        .target(
            name: "Training",
            dependencies: [
                "Bench", "LanguageModels", "Tokenizers", "Tensors", "Datasets", "Metrics", "Seeding",
            ]),
        .target(name: "Runner", dependencies: ["Bench", "Results", "Datasets", "Seeding", "Tensors"]),
        .target(
            name: "PicBench",
            dependencies: [
                "Runner", "Training", "Results", "Leaderboards", "Site", "Methods", "Tasks", "Bench",
                "LanguageModels", "Tokenizers", "Tensors", "Datasets", "Metrics",
                .product(name: "ArgumentParser", package: "swift-argument-parser"),
            ]),
        .executableTarget(name: "picbench", dependencies: ["PicBench"], path: "Sources/picbench-cli"),
        // The tables of Docs/study-pic.md.
        .executableTarget(
            name: "picbench-study",
            dependencies: [
                "Leaderboards", "Results", "Seeding",
                .product(name: "ArgumentParser", package: "swift-argument-parser"),
            ], path: "Benchmarks/study/Sources"),

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
            name: "LanguageModelsTests", dependencies: ["LanguageModels", "Tensors", "Seeding"],
            resources: [.copy("Fixtures")]),
        .testTarget(
            name: "SegmentationTests", dependencies: ["Segmentation"], resources: [.copy("Fixtures")]),
        .testTarget(name: "MetricsTests", dependencies: ["Metrics"], resources: [.copy("Fixtures")]),
        .testTarget(
            name: "BenchTests", dependencies: ["Bench", "LanguageModels", "Tokenizers"],
            resources: [.copy("Fixtures")]),
        .testTarget(name: "DatasetsTests", dependencies: ["Datasets", "Seeding"]),
        .testTarget(
            name: "ResultsTests",
            dependencies: ["Results", "RecordFixtures", .product(name: "GRDB", package: "GRDB.swift")]),
        // A small store, for the tests of everything that is made from one.
        .target(name: "RecordFixtures", dependencies: ["Results"], path: "Tests/RecordFixtures"),
        .testTarget(
            name: "LeaderboardsTests", dependencies: ["Leaderboards", "Results", "RecordFixtures"],
            exclude: ["Fixtures"]),
        .testTarget(
            name: "SiteTests", dependencies: ["Site", "Results", "RecordFixtures"], exclude: ["Fixtures"]),
        .testTarget(
            name: "StudyTests",
            dependencies: ["picbench-study", "Leaderboards", "Results", "RecordFixtures"],
            exclude: ["Fixtures"]),
        .testTarget(
            name: "MethodsTests",
            dependencies: [
                "Methods", "Tasks", "Bench", "LanguageModels", "Tokenizers", "Tensors", "Datasets", "Seeding",
            ],
            resources: [.copy("Fixtures")]),
        .testTarget(
            name: "TrainingTests",
            dependencies: ["Training", "Methods", "Bench", "LanguageModels", "Tensors", "TestSupport"]),
        .testTarget(
            name: "PicBenchTests",
            dependencies: ["picbench", "Results", .product(name: "GRDB", package: "GRDB.swift")],
            exclude: ["Fixtures"]),
    ],
    swiftLanguageModes: [.v6]
)
