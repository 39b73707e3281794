import Seeding

/// A share of the groups of a dataset, told apart by a hash of their names: what a training leaves out, and what a
/// grid may be narrowed to. `2/5` is the second fifth.
///
/// Documents of one group, such as the paragraphs of an article, are on the same side; a document without a group is
/// one of its own.
public struct Fold: Sendable, Equatable, CustomStringConvertible {
    public let number: Int
    public let count: Int

    /// - Parameter text: `2/5`, of 2 to 1000 folds
    public init?(_ text: String) {
        guard let match = text.wholeMatch(of: /(\d{1,4})\/(\d{1,4})/), let number = Int(match.1),
            let count = Int(match.2), 2...1000 ~= count, 1...count ~= number
        else { return nil }
        self.number = number
        self.count = count
    }

    public var description: String { "\(number)/\(count)" }

    /// What it adds to a dataset's identifier.
    fileprivate var mark: String { ",held-out=\(self)" }

    /// Whether a dataset is of this fold alone, as its identifier says.
    public func isOnlyOne(of dataset: String) -> Bool { "\(dataset),".contains("\(mark),") }

    public func holds(_ document: Document) -> Bool {
        Int((document.group ?? document.id).stableHash() % UInt64(count)) == number - 1
    }
}

extension DocumentStream {
    /// The documents of a fold alone.
    /// - Throws: while it is read, `DatasetError` where no document is in it
    public func heldOut(_ fold: Fold) -> DocumentStream {
        DocumentStream(id: id + fold.mark, isShuffled: isShuffled) {
            FoldDocuments(reader: try reader(), fold: fold, dataset: id)
        }
    }
}

private struct FoldDocuments: DocumentReader {
    var reader: any DocumentReader
    let fold: Fold
    let dataset: String
    var isFound = false

    mutating func next() throws -> Document? {
        while let document = try reader.next() {
            if fold.holds(document) {
                isFound = true
                return document
            }
        }
        guard isFound else {
            throw DatasetError.badOption(
                dataset: dataset, option: "--held-out \(fold)",
                expected: "a fold that some document is in, such as the one that a training held out")
        }
        return nil
    }

    var remarks: [String] { reader.remarks }
}
