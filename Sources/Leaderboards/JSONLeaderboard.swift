import Foundation

/// A leaderboard as JSON with the fields of `Leaderboard`.
public enum JSONLeaderboard {
    public static func render(_ board: Leaderboard) throws -> String {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
        return String(decoding: try encoder.encode(board), as: UTF8.self) + "\n"
    }
}
