import Leaderboards
import RecordFixtures
import Results
import Testing

struct FamilyGroupTests {
    /// A board of methods that score alike, in the order given: `FAMILY/METHOD`, or a role for references.
    private func groups(_ names: String...) -> [String] {
        let cells = names.enumerated().map { i, name in
            let parts = name.split(separator: "/").map(String.init)
            let role = parts.count == 1 ? name : nil
            return StoredCell(
                id: Int64(i + 1),
                record: .sample(
                    method: parts[parts.count - 1], role: role, adapter: nil, family: parts[0]),
                state: .done, failure: nil, runs: [1],
                scores: [
                    .init(
                        exampleID: "a", documentID: "a", contextTokens: 100, keptPositions: 25, keptBytes: 1,
                        values: [0.5, 0.5])
                ], latencies: [])
        }
        let board = Leaderboard(Snapshot(cells: cells, runs: [], trainings: []))
        return (board.sections.first?.families ?? []).map { group in
            "\(group.title ?? "-"): \(group.elements.map(\.methodID).joined(separator: " "))"
        }
    }

    @Test func `families have an order, methods keep theirs, references are in each`() {
        #expect(
            groups(
                "lower", "other/a", "kv-cache/b", "soft-prompt/c", "kv-cache/d", "upper", "hard-prompt/e")
                == [
                    "Soft prompts: upper c lower", "Hard prompts: upper e lower", "KV cache: upper b d lower",
                    "other: upper a lower",
                ])
        #expect(groups("upper", "kv-cache/a", "lower") == ["-: upper a lower"])
        #expect(groups("upper", "lower") == ["-: upper lower"])
        #expect(groups() == [])
    }

    @Test func `rows of a table have their heading above the first`() {
        var table = TextTable(["a"], numbers: ["b"], rows: [["x", "1"], ["yyyy", "2"]])
        table.headings = [0: "One | two", 1: "Two"]
        #expect(table.plain() == "a     b\nOne | two\nx     1\n\nTwo\nyyyy  2\n")
        #expect(
            table.markdown
                == "| a | b |\n| :-- | --: |\n| **One \\| two** |  |\n| x | 1 |\n| **Two** |  |\n| yyyy | 2 |\n"
        )
    }
}
