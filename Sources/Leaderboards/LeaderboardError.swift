/// What a leaderboard cannot show, in one line.
public enum LeaderboardError: Error, CustomStringConvertible, Equatable {
    case unknownMetric(String, known: [String])

    public var description: String {
        switch self {
        case .unknownMetric(let name, let known):
            "no task here has the metric '\(name)'; known: "
                + Leaderboard.groups(known) { $0 }.map { $0[0] }.joined(separator: ", ")
        }
    }
}
