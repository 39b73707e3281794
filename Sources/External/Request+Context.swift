import Contract

extension Request {
    /// What a child that wants some of it is sent of a context.
    /// - Parameters:
    ///   - id: no other context of the child has it
    ///   - left: how many follow at once
    init(_ context: Context, id: Int, left: Int, for hello: Hello) {
        self.init(
            id: id, left: left, length: context.tokens.count, budget: context.budget,
            ratio: context.limit.ratio(for: context.tokens.count).value,
            seed: Int(context.seed & (1 << 53 - 1)))
        if hello.wants(.tokens) { tokens = context.tokens }
        if hello.wants(.text) { text = context.text }
        if hello.wants(.offsets) { offsets = context.offsets.map(\.ends) }
        if hello.wants(.units) {
            func units(_ kind: TextUnit.Kind) -> [[Int]] {
                context.units(kind).map { $0.bytes.ends + $0.tokens.ends }
            }
            self.units = Units(words: units(.word), sentences: units(.sentence))
        }
        if hello.wants(.question) { question = context.question ?? "" }
    }
}

extension Range<Int> {
    fileprivate var ends: [Int] { [lowerBound, upperBound] }
}
