// swift-tools-version: 6.1
import PackageDescription

let package = Package(
    name: "mybench",
    platforms: [.macOS(.v15)],
    dependencies: [
        // In a repository of your own: .package(url: "https://…/picbench", from: "…")
        .package(name: "picbench", path: "../..")
    ],
    targets: [
        .executableTarget(
            name: "mybench",
            dependencies: [
                .product(name: "PicBench", package: "picbench"),
                .product(name: "Contract", package: "picbench"),
            ])
    ])
