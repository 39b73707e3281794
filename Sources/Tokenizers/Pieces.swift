/// A text on its way to tokens: its scalars and the pieces that they are cut into.
///
/// A pre-tokenizer cuts pieces further, drops some, or writes them in other characters.
struct Pieces {
    var scalars: [Unicode.Scalar]
    /// Where the pieces are, in order; none is empty.
    var ranges: [Range<Int>]
    /// What stands before the first piece.
    private(set) var place: TextPlace

    /// One piece, or none where the text is empty.
    init(_ scalars: [Unicode.Scalar], at place: TextPlace) {
        self.scalars = scalars
        ranges = scalars.isEmpty ? [] : [scalars.indices]
        self.place = place
    }

    /// Cuts every piece into the parts that `parts` finds in it.
    mutating func cut(_ parts: (_ scalars: [Unicode.Scalar], Range<Int>, inout [Range<Int>]) -> Void) {
        var result: [Range<Int>] = []
        result.reserveCapacity(ranges.count)
        for range in ranges { parts(scalars, range, &result) }
        if result.first?.lowerBound != ranges.first?.lowerBound { place = .behindToken }
        ranges = result
    }

    /// Writes every piece anew.
    mutating func rewrite(
        _ write: (_ piece: ArraySlice<Unicode.Scalar>, TextPlace, inout [Unicode.Scalar]) -> Void
    ) {
        var result: [Unicode.Scalar] = []
        result.reserveCapacity(scalars.count)
        var place = place
        for index in ranges.indices {
            let start = result.count
            write(scalars[ranges[index]], place, &result)
            ranges[index] = start..<result.count
            place = .behindToken
        }
        scalars = result
    }
}
