import Leaderboards

/// One task's part of the front page: models side by side where a dataset was read by several, then a
/// section for each dataset and model.
struct FrontChapter {
    struct Part {
        enum Content {
            case models([Leaderboard.Section])
            case section(Leaderboard.Section)
        }

        let content: Content
        /// Counts the parts of its kind from 1, over the whole page.
        let number: Int
        /// What tells it from the task's other parts; empty where there are none.
        let label: String
        let title: String

        var anchor: String {
            switch content {
            case .models: "models-\(number)"
            case .section: "task-\(number)"
            }
        }
    }

    let task: String
    let parts: [Part]

    /// Tasks, and in them datasets, in the order in which the board first has them.
    static func all(_ sections: [Leaderboard.Section]) -> [FrontChapter] {
        var numbers = (models: 0, sections: 0)
        return Leaderboard.groups(sections, by: \.taskID).map { members in
            let task = members[0].task
            let datasets = Leaderboard.groups(members, by: \.dataset)
            let hasSeveralModels = Set(members.map(\.modelHash)).count > 1
            var parts: [Part] = []
            func add(_ content: Part.Content, _ number: Int, _ label: String) {
                let title = label.isEmpty ? task : "\(task): \(label)"
                parts.append(Part(content: content, number: number, label: label, title: title))
            }
            for members in datasets {
                let data = datasets.count > 1 ? members[0].dataset : nil
                if Set(members.map(\.modelHash)).count > 1 {
                    numbers.models += 1
                    let label = ["models side by side", data.map { "on \($0)" }]
                    add(.models(members), numbers.models, label.compactMap { $0 }.joined(separator: " "))
                }
                for section in members {
                    numbers.sections += 1
                    let setting = [hasSeveralModels ? section.model : nil, data.map { "on \($0)" }]
                        .compactMap { $0 }.joined(separator: " ")
                    let label = [setting, section.variant ?? ""].filter { !$0.isEmpty }
                    add(.section(section), numbers.sections, label.joined(separator: ", "))
                }
            }
            return FrontChapter(task: task, parts: parts)
        }
    }
}
