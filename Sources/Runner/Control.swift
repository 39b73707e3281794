import Contract

/// A way to score a method whose result says what its figures would be by chance.
package enum Control: String, Codable, Sendable {
    /// Every question is asked about the memories of another document of the same dataset: what is
    /// right then was guessed from the kind of text, not read.
    case anotherDocument = "another-document"

    var label: String {
        switch self {
        case .anotherDocument: "somebody else's memories"
        }
    }

    /// Items behind the contexts that the control gives them: each document's behind the next document,
    /// the last one's behind the first.
    package func applied(to documents: [DocumentItems]) throws -> [DocumentItems] {
        guard documents.count > 1 else { throw ContractError.oneDocument(control: label) }
        return zip(documents, documents.dropFirst() + documents.prefix(1)).map {
            DocumentItems($1.document, $0.items)
        }
    }

    /// A method's parameters, canonical JSON, with the control among them.
    func marking(_ parameters: String) -> String {
        let rest = parameters.dropFirst()
        return #"{"control":"\#(rawValue)""# + (rest == "}" ? "" : ",") + rest
    }
}
