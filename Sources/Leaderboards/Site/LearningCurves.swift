import Results

/// Quality on validation documents while compressors were trained, by step and by second.
struct LearningCurves {
    let curves: [(training: TrainingRecord, points: [TrainingPoint])]

    var parts: [Markup] {
        let qualities = Set(curves.flatMap { $0.points.map(\.name) }).subtracting(["loss"])
        // The hardest documents are the ones to look at.
        let subjects =
            Set(qualities.compactMap { $0.split(separator: "/").first }).max { number($0) < number($1) } ?? ""
        let shown = qualities.filter { $0.hasPrefix(subjects + "/") || !$0.contains("/") }
            .sorted { ratio($0) < ratio($1) }
        let pictures = shown.flatMap { [picture($0, bySeconds: false), picture($0, bySeconds: true)] }
        guard !pictures.isEmpty else { return [] }
        return [
            .element("h2", [:], "How the compressors learned"),
            .element(
                "p", ["class": "soft"],
                "EM on validation documents during training. A table below a picture says when a method passes another's best."
            ),
            .element("div", ["class": "pictures"], pictures.map(\.figure)),
        ]
    }

    private func number(_ text: Substring) -> Int { Int(text.filter(\.isNumber)) ?? 0 }
    private func ratio(_ name: String) -> Double { Double(name.split(separator: "/").last ?? "") ?? 0 }

    private func picture(_ quality: String, bySeconds: Bool) -> Picture {
        let series = curves.enumerated().map { i, curve in
            LineChart.Series(
                name: curve.training.name, style: i,
                points: curve.points.filter { $0.name == quality }.map {
                    .init(x: bySeconds ? $0.seconds : Double($0.step), y: 100 * $0.value)
                })
        }.filter { !$0.points.isEmpty }
        let unit = bySeconds ? "seconds" : "steps"
        var table = TextTable(
            columns: [.init(title: "Compressor", isNumeric: false)]
                + ["Best, %", "after \(unit)"].map { .init(title: $0) } + [
                    .init(title: "Passed by, after", isNumeric: false)
                ])
        for one in series {
            guard let best = one.points.max(by: { $0.y < $1.y }),
                let first = one.points.first(where: { $0.y == best.y })
            else { continue }
            let passed = series.filter { $0.name != one.name }.compactMap { other -> String? in
                guard let point = other.points.first(where: { $0.y > best.y }) else { return nil }
                let saved = 1 - point.x / first.x
                return
                    "\(other.name) \(Figures.fixed(point.x, 0)) (\(saved >= 0 ? "" : "+")\(Figures.share(-saved)))"
            }
            table.rows.append([
                one.name, Figures.fixed(best.y, 1), Figures.fixed(first.x, 0), passed.joined(separator: ", "),
            ])
        }
        let parts = quality.split(separator: "/").map(String.init)
        let title =
            parts.count == 2
            ? "\(parts[1])x, \(parts[0].replacing("em@", with: "")) subjects, by \(unit)"
            : "\(quality) by \(unit)"
        let chart = LineChart(
            x: .init(title: unit, label: { Figures.fixed($0, 0) }),
            y: .init(title: "EM, %", label: { Figures.fixed($0, 0) }),
            series: series)
        return Picture(
            title: title, description: "One line a compressor.", drawing: chart.draw(), data: table)
    }
}
