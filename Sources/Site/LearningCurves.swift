import Leaderboards
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
            .element("h2", ["id": "learning"], "How the compressors learned"),
            .element(
                "p", ["class": "soft"],
                "EM on validation documents during training, by optimiser steps and by seconds of them."
            ),
            .element("div", ["class": "pictures"], pictures.map(\.figure)),
        ]
    }

    private func number(_ text: Substring) -> Int { Int(text.filter(\.isNumber)) ?? 0 }
    private func ratio(_ name: String) -> Double { Double(name.split(separator: "/").last ?? "") ?? 0 }

    private func picture(_ quality: String, bySeconds: Bool) -> Picture {
        let series = curves.enumerated().map { i, curve in
            LineChart.Series(
                name: curve.training.name, key: "training-\(i)", style: i,
                points: curve.points.filter { $0.name == quality }.map {
                    .init(x: bySeconds ? $0.seconds : Double($0.step), y: 100 * $0.value)
                })
        }.filter { !$0.points.isEmpty }
        let unit = bySeconds ? "seconds" : "steps"
        var table = TextTable(
            ["Compressor"],
            numbers: ["Best, %", "after \(unit)"])
        table.columns.append(.init(title: "Passed by, after", isNumeric: false))
        let passings = passings(of: series)
        for one in series {
            guard let best = best(of: one) else { continue }
            table.rows.append([
                one.name, Figures.fixed(best.y, 1), Figures.fixed(best.x, 0),
                passings.filter { $0.loser.name == one.name }.map {
                    "\($0.winner.name) \(Figures.fixed($0.point.x, 0)) (\($0.saving))"
                }.joined(separator: ", "),
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
            series: series,
            rings: passings.prefix(1).map {
                .init(x: $0.point.x, y: $0.point.y, style: $0.winner.style)
            })
        return Picture(
            title: title,
            description: "One line a compressor; a ring where the best passes the best of the next.",
            drawing: chart.draw(), legend: chart.legend, data: table,
            note: passings.first.map {
                "\($0.winner.name) passes the best of \($0.loser.name), \(Figures.fixed($0.best.y, 1))%, after "
                    + "\(Figures.fixed($0.point.x, 0)) \(unit) instead of \(Figures.fixed($0.best.x, 0)): "
                    + "\($0.saving)."
            })
    }

    /// Where one compressor is better than another ever is.
    private struct Passing {
        let winner: LineChart.Series
        let loser: LineChart.Series
        let point: LineChart.Point
        /// Of the loser.
        let best: LineChart.Point

        /// `41% less` or `12% more` steps or seconds than the loser took to its best
        var saving: String {
            let saved = 1 - point.x / best.x
            return Figures.share(abs(saved)) + (saved >= 0 ? " less" : " more")
        }
    }

    /// The best compressor past the next best first.
    private func passings(of series: [LineChart.Series]) -> [Passing] {
        let ranked = series.sorted { (best(of: $0)?.y ?? 0) > (best(of: $1)?.y ?? 0) }
        return ranked.indices.flatMap { i in
            ranked[(i + 1)...].compactMap { loser -> Passing? in
                guard let best = best(of: loser), let point = ranked[i].points.first(where: { $0.y > best.y })
                else { return nil }
                return Passing(winner: ranked[i], loser: loser, point: point, best: best)
            }
        }
    }

    /// The first point with the highest quality.
    private func best(of series: LineChart.Series) -> LineChart.Point? {
        series.points.map(\.y).max().flatMap { most in series.points.first { $0.y == most } }
    }
}
