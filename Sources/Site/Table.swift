import Leaderboards

/// A table in a frame that scrolls where it is wider than the page, by keyboard as well.
struct Table {
    struct Head {
        var title: String
        /// What several columns belong to, above the title.
        var over: String?
        /// The ratio and the model that the column can be chosen by.
        var ratio: String?
        var model: String?
        /// Whether it is the first of several that belong together.
        var isFirst = false
        /// Whether its column holds texts; otherwise numbers.
        var isText = false
    }

    /// Rows that stay together when the table is sorted.
    struct Body {
        /// What it can be chosen by.
        var family: String?
        var title: String?
        var rows: [Markup]
    }

    /// What it shows, for those who cannot see it.
    var label: String
    /// Of a table that can be sorted.
    var id: String?
    var heads: [Head]
    var bodies: [Body]

    var html: Markup {
        .element(
            "div", ["class": "scroll", "tabindex": "0", "role": "region", "aria-label": label],
            .element(
                "table", ["id": id, "class": id.map { _ in "sortable" }],
                [.element("thead", [:], .element("tr", [:], heads.map(head)))] + bodies.map(body)))
    }

    private func head(_ head: Head) -> Markup {
        .element(
            "th",
            [
                "scope": "col", "class": head.isFirst ? "first" : head.isText ? "text" : nil,
                "data-ratio": head.ratio,
                "data-model": head.model,
            ],
            head.over.map { .element("small", [:], Markup($0)) } ?? .empty, Markup(head.title))
    }

    private func body(_ body: Body) -> Markup {
        let title = body.title.map { title in
            Markup.element(
                "tr", ["class": "family"],
                .element(
                    "th", ["scope": "rowgroup", "colspan": "\(heads.count)"],
                    .element("span", [:], Markup(title))))
        }
        return .element("tbody", ["data-family": body.family], [title ?? .empty] + body.rows)
    }
}

extension Table {
    /// A table of methods by family.
    /// - Parameter lines: the table's rows that show an element
    init<Element>(
        label: String, id: String, heads: [Head], families: [FamilyGroup<Element>],
        lines: (Element) -> [Markup]
    ) {
        self.init(
            label: label, id: id, heads: heads,
            bodies: families.map {
                Body(family: $0.family, title: $0.title, rows: $0.elements.flatMap(lines))
            })
    }
}

extension TextTable {
    /// - Parameter label: what it shows, for those who cannot see it
    func html(_ label: String) -> Markup {
        // Texts behind the first column may be long: they are broken where numbers are not.
        let heads = columns.enumerated().map {
            Table.Head(title: $0.element.title, isText: $0.offset > 0 && !$0.element.isNumeric)
        }
        let lines = rows.map { row in
            Markup.element(
                "tr", [:],
                zip(row, heads).map { text, head in
                    .element("td", ["class": head.isText ? "text" : nil], Markup(text))
                })
        }
        return Table(label: label, heads: heads, bodies: [.init(rows: lines)]).html
    }
}
