import Foundation

/// The checkout that the tests are in.
public let repository = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
    .deletingLastPathComponent().deletingLastPathComponent()

/// The bundled model's folder.
public let bundledModel = repository.appendingPathComponent("Models/gazette-1m")
