/// Rows of one family between the references, so that each family can be read alone.
package struct FamilyGroup<Element> {
    /// As cards write it: `soft-prompt`.
    package let family: String
    /// `Soft prompts`; nil where there is one family, which needs no name.
    package let title: String?
    package let elements: [Element]

    /// Soft prompts, hard prompts, what keeps keys and values, then whatever else a store holds.
    ///
    /// The order within a family stays. Without methods the references are a group.
    /// - Parameter row: what is known of an element
    package static func groups(_ elements: [Element], row: (Element) -> Leaderboard.Row) -> [FamilyGroup] {
        let methods = elements.filter { row($0).role == nil }
        guard !methods.isEmpty else {
            return elements.isEmpty
                ? [] : [FamilyGroup(family: row(elements[0]).family, title: nil, elements: elements)]
        }
        let upper = elements.filter { row($0).role == "upper" }
        let lower = elements.filter { row($0).role.map { $0 != "upper" } ?? false }
        let found = Leaderboard.groups(methods) { row($0).family }
        let known = Figures.familiesInOrder.compactMap { family in
            found.first { row($0[0]).family == family }
        }
        let others = found.filter { !Figures.familiesInOrder.contains(row($0[0]).family) }
        return (known + others).map { members in
            let family = row(members[0]).family
            return FamilyGroup(
                family: family, title: found.count > 1 ? Figures.families(family) : nil,
                elements: upper + members + lower)
        }
    }
}

extension Leaderboard.Section {
    /// Its rows by family, with the references in each.
    package var families: [FamilyGroup<Leaderboard.Row>] { FamilyGroup.groups(rows) { $0 } }
}

extension TextTable {
    /// Rows by family, below its name; a family of whose methods nothing is to be shown is left out.
    /// - Parameter lines: the table's rows that show one of the leaderboard's
    init(
        _ texts: [String], numbers: [String], families: [FamilyGroup<Leaderboard.Row>],
        lines: (Leaderboard.Row) -> [[String]]
    ) {
        self.init(texts, numbers: numbers)
        for group in families {
            let shown = group.elements.map { (row: $0, lines: lines($0)) }
            guard group.title == nil || shown.contains(where: { $0.row.role == nil && !$0.lines.isEmpty })
            else { continue }
            headings[rows.count] = group.title
            rows += shown.flatMap(\.lines)
        }
    }
}
