import Contract
import Reading

/// What is done with an example that a model cannot read behind a kept context, found out before anything runs.
public enum Overflow: String, Sendable, CaseIterable {
    /// The grid is refused.
    case error
    /// It is left out, where it does not fit.
    case skip
    /// The middle of its context is left out, where it does not fit.
    case truncateMiddle = "truncate-middle"

    /// Documents as a trial can read them.
    struct Applied {
        let documents: [DocumentItems]
        /// What was done to how many, for people; nil where all fit.
        let remark: String?
    }

    func applied(to documents: [DocumentItems], of trial: Trial) throws -> Applied {
        var changed = 0
        let fitting = try documents.compactMap { unit -> DocumentItems? in
            let over = try unit.items.map { item in
                (item: item, tokens: try trial.tokensOver(item, behind: unit.document))
            }
            guard let most = over.map(\.tokens).max(), most > 0 else { return unit }
            let limit = trial.reader.contextLimit ?? 0
            switch self {
            case .error:
                throw ContractError.contextTooLong(
                    tokens: limit + most, limit: limit, document: unit.document.id)
            case .skip:
                let left = over.filter { $0.tokens <= 0 }.map(\.item)
                changed += unit.items.count - left.count
                return left.isEmpty ? nil : DocumentItems(unit.document, left)
            case .truncateMiddle:
                guard
                    let shorter = try trial.withoutMiddle(
                        unit.document, tokens: most, for: unit.items[0])
                else {
                    throw ContractError.contextTooLong(
                        tokens: limit + most, limit: limit, document: unit.document.id)
                }
                changed += unit.items.count
                return DocumentItems(shorter, unit.items)
            }
        }
        guard changed > 0 else { return Applied(documents: documents, remark: nil) }
        let all = documents.reduce(0) { $0 + $1.items.count }
        let done = self == .skip ? "are left out" : "lose the middle of their context"
        return Applied(
            documents: fitting,
            remark: "\(changed) of \(all) examples do not fit into what the model reads behind "
                + "\(trial.method.label) at \(trial.budget) and \(done)")
    }
}
