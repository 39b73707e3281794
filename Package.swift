// swift-tools-version: 6.1
import PackageDescription

let package = Package(
    name: "picbench",
    platforms: [.macOS(.v15)],
    products: [
        .library(name: "PicBench", targets: ["PicBench"]),
        .library(
            name: "Contract", targets: ["Contract", "CacheMethods", "HardPrompts", "Records", "SoftPrompts"]),
        .executable(name: "picbench", targets: ["picbench"]),
    ],
    dependencies: [
        .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.0"),
        .package(url: "https://github.com/groue/GRDB.swift", from: "7.10.0"),
    ],
    targets: [
        // Reading and writing that a kill, a full disk or a wrong path cannot harm.
        .systemLibrary(name: "CZlib", pkgConfig: "zlib", providers: [.apt(["zlib1g-dev"])]),
        .target(name: "Files", dependencies: ["CZlib"]),

        // The engine: kernels, differentiation, tokenizers, language models.
        .systemLibrary(
            name: "COpenBLAS", pkgConfig: "openblas", providers: [.apt(["libopenblas-dev"])]),
        .target(name: "CKernels", dependencies: ["COpenBLAS"]),
        .target(name: "CSeeding"),
        .target(name: "Seeding", dependencies: ["CSeeding"]),
        .target(name: "Tensors", dependencies: ["CKernels", "Files", "Seeding"]),
        .target(name: "GGUF", dependencies: ["Files", "Tensors"]),
        .target(name: "Tokenizers", dependencies: ["Files", "GGUF"]),
        .target(
            name: "LanguageModels", dependencies: ["Files", "GGUF", "Seeding", "Tensors", "Tokenizers"]),

        // What is compared: the contract that methods, tasks and data formats are written against.
        .target(name: "Budgets"),
        .target(name: "Segmentation"),
        .target(
            name: "Contract",
            dependencies: [
                "Budgets", "Files", "LanguageModels", "Seeding", "Segmentation", "Tensors", "Tokenizers",
            ]),
        .target(name: "Records", dependencies: ["Contract", "Files", "Seeding"]),
        .target(name: "Metrics", dependencies: ["Contract", "Segmentation"]),
        .target(
            name: "Datasets", dependencies: ["Contract", "Files", "Records", "Seeding"], path: "Datasets",
            plugins: ["Catalogue"]),
        .target(
            name: "Methods",
            dependencies: [
                "CacheMethods", "Contract", "HardPrompts", "LanguageModels", "Seeding", "SoftPrompts",
                "Tensors",
            ],
            path: "Methods", plugins: ["Catalogue"]),
        .target(name: "Tasks", dependencies: ["Contract", "Metrics"], path: "Tasks", plugins: ["Catalogue"]),
        .plugin(name: "Catalogue", capability: .buildTool(), dependencies: ["CatalogueGenerator"]),
        .executableTarget(name: "CatalogueGenerator", dependencies: ["Seeding"]),

        // How a model is asked, what it reads in place of a context, what comes out.
        .target(name: "Jinja"),
        .target(
            name: "Prompting",
            dependencies: ["Contract", "Files", "Jinja", "LanguageModels", "Seeding", "Tokenizers"]),
        .target(
            name: "Reading",
            dependencies: [
                "Budgets", "Contract", "LanguageModels", "Prompting", "Seeding", "Tensors", "Tokenizers",
            ]),
        .target(
            name: "CacheMethods", dependencies: ["Contract", "LanguageModels", "Tensors", "Tokenizers"]),
        .target(
            name: "HardPrompts",
            dependencies: [
                "Contract", "LanguageModels", "Segmentation", "SoftPrompts", "Tensors", "Tokenizers",
            ]),
        .target(
            name: "SoftPrompts",
            dependencies: ["Budgets", "Contract", "Files", "LanguageModels", "Seeding", "Tensors"]),

        // A model in another program, behind HTTP.
        .systemLibrary(
            name: "CCurl", pkgConfig: "libcurl", providers: [.apt(["libcurl4-openssl-dev"])]),
        .target(
            name: "HTTPModels",
            dependencies: ["CCurl", "Contract", "Files", "Prompting", "Reading", "Seeding", "Tokenizers"]),

        // A method in another program.
        .target(
            name: "External", dependencies: ["Contract", "Files", "LanguageModels", "Seeding", "Tensors"]),

        // The harness: store, training, grid, leaderboard, command line.
        .target(
            name: "Results",
            dependencies: [
                "Budgets", "Files", "Seeding", .product(name: "GRDB", package: "GRDB.swift"),
            ]),
        .target(name: "Leaderboards", dependencies: ["Budgets", "Files", "Results", "Seeding"]),
        .target(
            name: "Site", dependencies: ["Budgets", "Files", "Leaderboards", "Results"],
            resources: [.embedInCode("Resources/style.css"), .embedInCode("Resources/site.js")]),
        .target(
            name: "Training",
            dependencies: [
                "Budgets", "Contract", "Datasets", "Files", "HardPrompts", "LanguageModels", "Metrics",
                "Prompting", "Reading", "Seeding", "SoftPrompts", "Tasks", "Tensors", "Tokenizers",
            ]),
        .target(
            name: "Runner",
            dependencies: [
                "Budgets", "Contract", "Reading", "Results", "Seeding", "SoftPrompts", "Tensors",
            ]),
        .target(
            name: "PicBench",
            dependencies: [
                "Budgets", "Contract", "Datasets", "External", "Files", "HTTPModels", "HardPrompts",
                "LanguageModels", "Leaderboards", "Methods", "Metrics", "Prompting", "Reading", "Records",
                "Results", "Runner",
                "Site", "SoftPrompts", "Tasks", "Tensors", "Tokenizers", "Training",
                .product(name: "ArgumentParser", package: "swift-argument-parser"),
            ]),
        .executableTarget(name: "picbench", dependencies: ["PicBench"], path: "Sources/picbench-cli"),
        // The tables of Docs/study-pic.md.
        .executableTarget(
            name: "picbench-study",
            dependencies: [
                "Datasets", "Files", "Leaderboards", "Results",
                .product(name: "ArgumentParser", package: "swift-argument-parser"),
            ], path: "Benchmarks/study/Sources"),

        .testTarget(name: "FilesTests", dependencies: ["Files", "TestSupport"]),
        .testTarget(
            name: "HTTPModelsTests",
            dependencies: [
                "Budgets", "Contract", "HTTPModels", "LanguageModels", "Methods", "Prompting", "Reading",
                "Results", "Runner", "Tasks", "TestSupport", "Tokenizers",
            ]),
        .testTarget(name: "SeedingTests", dependencies: ["Seeding", "CSeeding"]),
        .testTarget(
            name: "TokenizersTests", dependencies: ["GGUF", "Tokenizers", "Seeding", "TestSupport"],
            resources: [.copy("Fixtures")]),
        .testTarget(
            name: "GGUFTests", dependencies: ["GGUF", "Tensors", "TestSupport"],
            resources: [.copy("Fixtures")]),
        // The kernels once more, compiled for the baseline processor.
        .target(name: "PortableKernels", dependencies: ["CKernels"], path: "Tests/PortableKernels"),
        .target(name: "TestSupport", dependencies: ["Tensors"], path: "Tests/TestSupport"),
        .testTarget(
            name: "TensorsTests", dependencies: ["Tensors", "Seeding", "PortableKernels", "TestSupport"],
            resources: [.copy("Fixtures")]),
        .testTarget(
            name: "LanguageModelsTests",
            dependencies: ["GGUF", "LanguageModels", "Tensors", "Seeding", "TestSupport"],
            resources: [.copy("Fixtures")]),
        .testTarget(
            name: "SegmentationTests", dependencies: ["Segmentation"], resources: [.copy("Fixtures")]),
        .testTarget(name: "BudgetsTests", dependencies: ["Budgets"]),
        .testTarget(
            name: "MetricsTests", dependencies: ["Contract", "Metrics", "Tensors"],
            resources: [.copy("Fixtures")]),
        .testTarget(
            name: "TasksTests", dependencies: ["Contract", "Datasets", "Metrics", "Tasks"],
            resources: [.copy("Fixtures")]),
        .testTarget(name: "ContractTests", dependencies: ["Contract", "TestSupport", "Tokenizers"]),
        .testTarget(
            name: "RecordsTests", dependencies: ["Contract", "CZlib", "Files", "Records", "TestSupport"]),
        .testTarget(
            name: "DatasetsTests",
            dependencies: ["Contract", "Datasets", "Records", "Seeding", "TestSupport"],
            exclude: ["Fixtures"]),
        .testTarget(name: "JinjaTests", dependencies: ["Jinja", "Seeding"], resources: [.copy("Fixtures")]),
        .testTarget(
            name: "PromptingTests",
            dependencies: ["Contract", "LanguageModels", "Prompting", "TestSupport", "Tokenizers"],
            resources: [.copy("Fixtures")]),
        .testTarget(
            name: "CacheMethodsTests",
            dependencies: ["Budgets", "CacheMethods", "Contract", "LanguageModels", "TestSupport", "Tensors"]),
        .testTarget(
            name: "HardPromptsTests",
            dependencies: ["Contract", "HardPrompts", "LanguageModels", "Tensors", "TestSupport"],
            exclude: ["Fixtures"]),
        .testTarget(
            name: "ExternalTests",
            dependencies: [
                "Budgets", "Contract", "External", "LanguageModels", "Prompting", "Reading", "Tensors",
                "TestSupport",
            ], exclude: ["Fixtures"]),
        .testTarget(
            name: "ReadingTests",
            dependencies: [
                "Budgets", "Contract", "Datasets", "LanguageModels", "Metrics", "Prompting", "Reading",
                "Tasks",
                "Tensors", "TestSupport",
            ]),
        .testTarget(
            name: "SoftPromptsTests",
            dependencies: [
                "Budgets", "Contract", "HardPrompts", "LanguageModels", "Methods", "Prompting", "Reading",
                "Seeding",
                "SoftPrompts", "Tensors", "TestSupport", "Tokenizers",
            ],
            resources: [.copy("Fixtures")]),
        .testTarget(
            name: "RunnerTests",
            dependencies: [
                "Budgets", "Contract", "Datasets", "LanguageModels", "Methods", "Prompting", "Reading",
                "Results",
                "Runner", "Tasks", "TestSupport",
            ]),
        .testTarget(
            name: "ResultsTests",
            dependencies: [
                "CZlib", "Results", "RecordFixtures", "Seeding", "TestSupport",
                .product(name: "GRDB", package: "GRDB.swift"),
            ]),
        // A small store, for the tests of everything that is made from one.
        .target(name: "RecordFixtures", dependencies: ["Budgets", "Results"], path: "Tests/RecordFixtures"),
        .testTarget(
            name: "LeaderboardsTests",
            dependencies: ["Leaderboards", "Results", "RecordFixtures", "Seeding", "TestSupport"],
            exclude: ["Fixtures"]),
        .testTarget(
            name: "SiteTests",
            dependencies: ["Files", "Leaderboards", "Results", "RecordFixtures", "Site", "TestSupport"],
            exclude: ["Fixtures"]),
        .testTarget(
            name: "StudyTests",
            dependencies: ["picbench-study", "Results", "RecordFixtures", "TestSupport"],
            exclude: ["Fixtures"]),
        .testTarget(
            name: "MethodsTests",
            dependencies: [
                "Budgets", "CacheMethods", "Contract", "Datasets", "LanguageModels", "Methods", "Prompting",
                "Reading", "Seeding", "SoftPrompts", "Tasks", "Tensors", "TestSupport",
            ], exclude: ["Fixtures"]),
        .testTarget(
            name: "TrainingTests",
            dependencies: [
                "Contract", "Datasets", "Files", "HardPrompts", "LanguageModels", "Methods", "Metrics",
                "Prompting",
                "Reading",
                "SoftPrompts", "Tasks", "Tensors", "TestSupport", "Tokenizers", "Training",
            ]),
        .testTarget(
            name: "PicBenchTests",
            dependencies: [
                "picbench", "Results", "TestSupport", .product(name: "GRDB", package: "GRDB.swift"),
            ],
            exclude: ["Fixtures"]),
    ],
    swiftLanguageModes: [.v6]
)
