import Leaderboards
import Results

extension Study {
    /// One method with its parameters, trained once or with several seeds.
    struct Arm {
        let name: String
        let methodID: String
        let role: String?
        /// Scored with somebody else's memories.
        let isControl: Bool
        let isTrained: Bool
        let cells: [StoredCell]

        init(_ cells: [StoredCell]) {
            let record = cells[0].record
            name = record.methodName
            methodID = record.methodID
            role = record.role
            isControl = record.parameters.contains(#""control":"#)
            isTrained = record.isTrained
            self.cells = cells
        }

        var ratios: [Double] { Set(cells.compactMap(\.record.ratio)).sorted() }
        /// Training seeds, one where nothing is trained.
        var seeds: Int { Set(cells.map(\.record.adapterHash)).count }

        /// [seed][document]; nil where the method was not run at the ratio.
        func scores(_ metric: String, ratio: Double) -> [[Statistics.Cluster]]? {
            let found = cells.filter { role != nil || $0.record.ratio == ratio }
            guard !found.isEmpty else { return nil }
            return Leaderboard.groups(found, by: \.record.adapterHash).map { cells in
                var documents: [String: Statistics.Cluster] = [:]
                for cell in cells {
                    guard let place = cell.record.metrics.firstIndex(of: metric) else { continue }
                    for score in cell.scores {
                        documents[score.documentID, default: .init(sum: 0, count: 0)].sum +=
                            score.values[place]
                        documents[score.documentID]?.count += 1
                    }
                }
                return documents.sorted { $0.key < $1.key }.map(\.value)
            }
        }
    }

    /// The finished cells of a dataset and task by method and parameters, the full context first.
    func arms(_ place: Place, task: String) throws -> [Arm] {
        let dataset = try place.option("dataset")
        let cells = snapshot.cells.filter {
            $0.state == .done && $0.record.datasetID == dataset && $0.record.taskID == task
        }
        guard !cells.isEmpty else {
            throw StudyError.nothing(table: place.table, wanted: "\(task) on \(dataset)")
        }
        let arms = Leaderboard.groups(cells) { [$0.record.methodID, $0.record.parameters] }.map(Arm.init)
        let order: (Arm) -> Int = { $0.role == "upper" ? 0 : $0.role == "lower" ? 2 : 1 }
        return arms.enumerated().sorted { (order($0.element), $0.offset) < (order($1.element), $1.offset) }
            .map(\.element)
    }

    /// Scores of every method with intervals over documents and training seeds.
    func quality(_ place: Place) throws -> TextTable {
        try scores(place) { !$0.isControl }
    }

    /// What is scored without the document's memories: somebody else's, some real tokens, nothing.
    func controls(_ place: Place) throws -> TextTable {
        try scores(place) { $0.isControl || !$0.isTrained && $0.role != "upper" }
    }

    private func scores(_ place: Place, of isShown: (Arm) -> Bool) throws -> TextTable {
        let metric = try place.option("metric")
        let arms = try arms(place, task: place.option("task")).filter(isShown)
        let ratios = Set(arms.filter { $0.role == nil }.flatMap(\.ratios)).sorted()
        var table = TextTable(["Method"], numbers: ["Trainings"] + ratios.map(Figures.ratio))
        for arm in arms {
            table.rows.append(
                [arm.name, arm.isTrained ? "\(arm.seeds)" : ""]
                    + ratios.map { ratio in
                        arm.scores(metric, ratio: ratio).map { Self.figure([$0]) { $0[0] } } ?? ""
                    })
        }
        return table
    }

    /// `74.2 (70.1–78.3)`, a statistic of the methods' means in %.
    static func figure(
        _ methods: [[[Statistics.Cluster]]], signed: Bool = false, _ statistic: ([Double]) -> Double
    ) -> String {
        func text(_ value: Double) -> String {
            (signed && value >= 0 ? "+" : "") + Figures.score(value)
        }
        let value = text(statistic(methods.map(Statistics.mean)))
        guard let interval = Statistics.interval(of: methods, statistic) else { return value }
        let (low, high) = (text(interval.lowerBound), text(interval.upperBound))
        return signed ? "\(value) (\(low) to \(high))" : "\(value) (\(low)–\(high))"
    }

    // MARK: - The paper's first claim

    /// The compared methods: of each, the parameters that were trained most often.
    func compared(_ place: Place, task: String) throws -> (pic: Arm, icae: Arm) {
        let arms = try arms(place, task: task)
        func arm(_ id: String) throws -> Arm {
            let own = arms.filter { $0.methodID == id && !$0.isControl }
            guard let found = own.max(by: { $0.seeds < $1.seeds }) else {
                throw StudyError.nothing(table: place.table, wanted: "\(id), \(task)")
            }
            return found
        }
        return (try arm("pic"), try arm("icae"))
    }

    /// arXiv 2602.13980, abstract: question answering at 64x.
    private static let paper = ["f1 64x": "+29.8", "em 64x": "+40.7"]

    /// PIC against ICAE, (PIC − ICAE) ÷ ICAE in %, beside what the paper reports.
    ///
    /// `metrics=qa/f1,summarization/rougeL` names the rows.
    func claims(_ place: Place) throws -> TextTable {
        var table = TextTable(
            ["Task", "Metric"], numbers: ["Ratio", "PIC", "ICAE", "PIC − ICAE", "Relative, %", "Paper, %"])
        for name in try place.option("metrics").split(separator: ",") {
            let parts = name.split(separator: "/").map(String.init)
            let (task, metric) = (parts[0], parts.last ?? "")
            let (pic, icae) = try compared(place, task: task)
            for ratio in pic.ratios {
                guard let a = pic.scores(metric, ratio: ratio), let b = icae.scores(metric, ratio: ratio)
                else { continue }
                table.rows.append([
                    pic.cells[0].record.taskName, Figures.metric(metric), Figures.ratio(ratio),
                    Figures.score(Statistics.mean(a)), Figures.score(Statistics.mean(b)),
                    Self.figure([a, b], signed: true) { $0[0] - $0[1] },
                    Self.figure([a, b], signed: true) { $0[0] / $0[1] - 1 },
                    Self.paper["\(metric) \(Figures.ratio(ratio))"] ?? "",
                ])
            }
        }
        return table
    }
}
