/// A cell whose rows are not those that were stored, or cannot be read: no figure is made of it.
public struct Doubt: Codable, Sendable, Equatable, CustomStringConvertible {
    public var cell: Int64
    /// `pic 4x qa`; nil where its row cannot be read.
    public var name: String?
    public var reason: String

    public init(cell: Int64, name: String?, reason: String) {
        self.cell = cell
        self.name = name
        self.reason = reason
    }

    public var description: String {
        "cell \(cell)\(name.map { " (\($0))" } ?? ""): \(reason)"
    }
}

/// What is wrong with the rows of a cell that is being read.
struct CellFault: Error {
    let reason: String

    static let damagedPage = CellFault(reason: "a page with its rows is damaged")
    static let otherRows = CellFault(reason: "its rows are not those that were stored")
    static let unreadable = CellFault(reason: "its row cannot be read")
}

extension CellRecord {
    /// `pic 4x qa`
    public var label: String { "\(methodID) \(budget) \(taskID)" }
}
