import Contract
import Files
import Foundation

/// A server that nothing more can be had of for now: the run ends, and the same command goes on when it is back.
public struct ServerAway: RunEndingError, CustomStringConvertible, LocalizedError {
    let server: String
    let words: String

    public var description: String {
        "\(server): \(words); everything scored so far is kept, and the same command goes on from here"
            .oneLine
    }

    public var errorDescription: String? { description }
}
