/// One picture, or one of each family, with the same axes.
struct PanelRow {
    let title: String
    let description: String
    let pictures: [Picture]

    /// Pictures one behind the other, or those of each family below their name.
    static func html(_ rows: [PanelRow]) -> [Markup] {
        func grid(_ pictures: [Picture]) -> Markup {
            .element("div", ["class": "pictures"], pictures.map(\.figure))
        }
        guard rows.contains(where: { $0.pictures.contains { $0.caption != nil } }) else {
            return [grid(rows.flatMap(\.pictures))]
        }
        return rows.flatMap {
            [
                .element("h4", [:], Markup($0.title)),
                .element("p", ["class": "soft"], Markup($0.description)), grid($0.pictures),
            ]
        }
    }
}
