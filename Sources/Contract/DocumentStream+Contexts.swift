extension DocumentStream {
    /// The documents of one part of a collection.
    /// - Parameter name: as `Document.subset` has it
    /// - Throws: while it is read, `DatasetError` where no document is of that part
    public func subset(_ name: String) -> DocumentStream {
        DocumentStream(id: "\(id),subset=\(name)", isShuffled: isShuffled) {
            SubsetDocuments(reader: try reader(), name: name, dataset: id)
        }
    }

    /// The same texts in contexts of about so many words: neighbouring documents of one group (the paragraphs of an
    /// article) become one context with the questions of all, and a longer text that nothing is asked about is cut
    /// into several, at line ends where it has some.
    ///
    /// Documents with summaries stay as they are, and long ones with questions whole, since nobody knows which part
    /// answers them.
    /// - Parameter words: the most of a context that is joined or cut, at least 1
    public func contexts(ofWords words: Int) -> DocumentStream {
        DocumentStream(id: "\(id),context-words=\(words)", isShuffled: isShuffled) {
            ContextsOfLength(reader: try reader(), most: words)
        }
    }
}

private struct SubsetDocuments: DocumentReader {
    var reader: any DocumentReader
    let name: String
    let dataset: String
    var isFound = false
    var others: Set<String> = []

    mutating func next() throws -> Document? {
        while let document = try reader.next() {
            if document.subset == name {
                isFound = true
                return document
            }
            if let other = document.subset, others.count < 100 { others.insert(other) }
        }
        guard isFound else {
            throw DatasetError.badOption(
                dataset: dataset, option: "--subset \(name)",
                expected: others.isEmpty
                    ? "no subset: its documents are of one part"
                    : "one of its subsets: \(others.sorted().joined(separator: ", "))")
        }
        return nil
    }

    var remarks: [String] { reader.remarks }
}

/// Documents joined and cut.
private struct ContextsOfLength: DocumentReader {
    private var reader: any DocumentReader
    private let most: Int
    /// Neighbours that become one, and their words.
    private var joined: [Document] = []
    private var words = 0
    /// What is ready.
    private var ready: ArraySlice<Document> = []
    private var long = 0

    init(reader: any DocumentReader, most: Int) {
        self.reader = reader
        self.most = most
    }

    mutating func next() throws -> Document? {
        while ready.isEmpty {
            guard let document = try reader.next() else {
                finish()
                return ready.popFirst()
            }
            let count = document.text.wordCount
            if let last = joined.last, !last.joins(document) || words + count > most { finish() }
            joined.append(document)
            words += count
        }
        return ready.popFirst()
    }

    var remarks: [String] {
        let own = "\(long) documents with questions or summaries have more than \(most) words and stay whole"
        return reader.remarks + (long > 0 ? [own] : [])
    }

    /// What was joined is ready.
    private mutating func finish() {
        guard let first = joined.first else { return }
        if joined.count == 1 {
            if words > most, first.questions.isEmpty, first.summaries.isEmpty {
                ready = first.cut(into: most)[...]
            } else {
                if words > most { long += 1 }
                ready = [first]
            }
        } else {
            ready = [
                Document(
                    id: "\(first.id)+\(joined.count - 1)",
                    text: joined.map(\.text).joined(separator: "\n\n"),
                    questions: joined.flatMap(\.questions),
                    group: first.group, subset: first.subset)
            ]
        }
        (joined, words) = ([], 0)
    }
}

extension Document {
    /// Whether what follows can be in one context with it.
    fileprivate func joins(_ following: Document) -> Bool {
        group != nil && group == following.group && subset == following.subset
            && summaries.isEmpty && following.summaries.isEmpty && !text.isEmpty && !following.text.isEmpty
    }

    /// Its text in parts of at most so many words, the lines of which stay together where they fit.
    fileprivate func cut(into most: Int) -> [Document] {
        var parts: [String] = []
        var part: [Substring] = []
        var words = 0
        func finish() {
            // Lines without a word stand nowhere alone.
            if words > 0 { parts.append(part.joined(separator: "\n")) }
            (part, words) = ([], 0)
        }
        for line in text.split(separator: "\n", omittingEmptySubsequences: false) {
            let count = line.wordCount
            if words + count > most { finish() }
            if count <= most {
                part.append(line)
                words += count
                continue
            }
            let all = line.split(whereSeparator: \.isWhitespace)
            for start in stride(from: 0, to: all.count, by: most) {
                parts.append(all[start..<min(all.count, start + most)].joined(separator: " "))
            }
        }
        finish()
        return parts.enumerated().map {
            Document(id: "\(id)#\($0 + 1)", text: $1, questions: [], group: group ?? id, subset: subset)
        }
    }
}

extension StringProtocol {
    fileprivate var wordCount: Int { split(whereSeparator: \.isWhitespace).count }
}
