/// A text on its way to tokens: its characters and the pieces that they are cut into.
///
/// A pre-tokenizer cuts pieces further, drops some, or writes them in other characters.
struct Pieces {
    private(set) var text: SourcedText
    /// Where the pieces are, in order; none is empty.
    var ranges: [Range<Int>]
    /// What stands before the first piece.
    private(set) var place: TextPlace

    /// One piece, or none where the text is empty.
    init(_ text: SourcedText, at place: TextPlace) {
        self.text = text
        ranges = text.scalars.isEmpty ? [] : [text.scalars.indices]
        self.place = place
    }

    /// Cuts every piece into the parts that `parts` finds in it.
    mutating func cut(_ parts: (_ scalars: [Unicode.Scalar], Range<Int>, inout [Range<Int>]) -> Void) {
        var result: [Range<Int>] = []
        result.reserveCapacity(ranges.count)
        for range in ranges { parts(text.scalars, range, &result) }
        if result.first?.lowerBound != ranges.first?.lowerBound { place = .behindToken }
        ranges = result
    }

    /// Puts a character in front of the pieces for which `passes` is true of their first one.
    mutating func prepend(_ content: Unicode.Scalar, where passes: (Unicode.Scalar, TextPlace) -> Bool) {
        renew { old, place, new in
            if let first = old.scalars.first, passes(first, place) {
                new.scalars.append(content)
                if let origin = old.origins?.first { new.origins?.append(origin) }
            }
            new.scalars.append(contentsOf: old.scalars)
            if let origins = old.origins { new.origins?.append(contentsOf: origins) }
        }
    }

    /// Writes every character anew: `write` is given some of them, and appends what it puts in their place.
    mutating func rewrite(_ write: (ArraySlice<Unicode.Scalar>, inout [Unicode.Scalar]) -> Void) {
        renew { old, _, new in
            guard let origins = old.origins else { return write(old.scalars, &new.scalars) }
            for i in old.scalars.indices {
                let start = new.scalars.count
                write(old.scalars[i...i], &new.scalars)
                new.origins?.append(
                    contentsOf: repeatElement(origins[i], count: new.scalars.count - start))
            }
        }
    }

    private typealias Old = (scalars: ArraySlice<Unicode.Scalar>, origins: ArraySlice<Range<Int>>?)
    private typealias New = (scalars: [Unicode.Scalar], origins: [Range<Int>]?)

    private mutating func renew(_ write: (Old, TextPlace, inout New) -> Void) {
        var new: New = ([], text.origins.map { _ in [] })
        new.scalars.reserveCapacity(text.scalars.count)
        var place = place
        for index in ranges.indices {
            let (range, start) = (ranges[index], new.scalars.count)
            write((text.scalars[range], text.origins.map { $0[range] }), place, &new)
            ranges[index] = start..<new.scalars.count
            place = .behindToken
        }
        text = SourcedText(new.scalars, origins: new.origins)
    }
}
