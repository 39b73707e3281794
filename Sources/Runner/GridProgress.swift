import Results

/// How many items of a grid are left, cell by cell: other runs score some of them.
struct GridProgress: Sendable {
    private var left: [Int64: Int] = [:]
    private(set) var shown: GridRunner.Progress

    init(_ left: [Int64: Int]) {
        self.left = left
        shown = GridRunner.Progress(total: left.values.reduce(0, +))
    }

    /// Notes how many items of a cell are left.
    mutating func set(_ cell: Int64, left count: Int) {
        shown.done += (left[cell] ?? count) - count
        left[cell] = count
    }

    mutating func scored(_ count: Int, of cell: Int64, _ label: String) {
        set(cell, left: (left[cell] ?? count) - count)
        shown.cell = label
    }

    mutating func settle(_ cell: Int64, _ label: String) { scored(left[cell] ?? 0, of: cell, label) }

    mutating func say(_ text: String) { shown.cell = text }
}
