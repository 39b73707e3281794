import Bench

/// A way to score a method whose result says what its figures would be by chance.
enum Control: String {
    /// Every question is asked about the memories of another document of the same dataset: what is
    /// right then was guessed from the kind of text, not read.
    case anotherDocument = "another-document"

    var label: String {
        switch self {
        case .anotherDocument: "somebody else's memories"
        }
    }

    /// Examples with the contexts that the control gives them; everything else stays theirs.
    ///
    /// Each document's questions move to the next document, the last one's to the first.
    func applied(to examples: [Example]) throws -> [Example] {
        var documents: [Example] = []
        for example in examples where documents.last?.documentID != example.documentID {
            documents.append(example)
        }
        guard documents.count > 1 else { throw BenchError.oneDocument(control: label) }
        let next = Dictionary(
            zip(documents.map(\.documentID), documents.dropFirst() + documents.prefix(1))
        ) { first, _ in first }
        return examples.map { example in
            next[example.documentID].map { example.asked(about: $0) } ?? example
        }
    }

    /// A method's parameters, canonical JSON, with the control among them.
    func marking(_ parameters: String) -> String {
        let rest = parameters.dropFirst()
        return #"{"control":"\#(rawValue)""# + (rest == "}" ? "" : ",") + rest
    }
}
