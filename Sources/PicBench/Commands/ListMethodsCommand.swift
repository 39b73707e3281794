import ArgumentParser
import Contract
import HardPrompts
import SoftPrompts

struct ListMethodsCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "methods",
        abstract: "The methods: what each keeps, its parameters and their values, what it needs.")

    @Flag(help: "Prints what each keeps and loses and how it was verified, as Markdown: Docs/methods.md.")
    var markdown = false

    @OptionGroup var options: ListOptions

    func run() throws {
        let items = Catalogue.current.methods.map(MethodItem.init).sorted {
            ($0.family, $0.id) < ($1.family, $1.id)
        }
        if markdown { return try Output.text(Self.page(items)) }
        try options.show(
            items, ["method", "family", "needs", "parameters, the default first", "what it keeps"]
        ) {
            [
                $0.id, $0.family, $0.needs.joined(separator: ", "),
                $0.parameters.map(\.description).joined(separator: " "), $0.summary,
            ]
        }
    }

    /// What `Docs/methods.md` is.
    private static func page(_ items: [MethodItem]) -> String {
        let families = MethodCard.Family.allCases.map { family in
            "## \(family.title)\n\n"
                + items.filter { $0.family == family.rawValue }.map(\.markdown).joined(separator: "\n")
        }
        return """
            # Methods

            `picbench list methods --markdown` writes this page from the cards of the files in `Methods/`. Of a parameter's
            values the default stands first; `--methods snapkv:window=16:question=true` sets two. A method that does not need
            the question compresses before anything is asked, so that one compressed context serves many questions. Scripts
            are in `Tests/References/`.

            A plus sign puts one method behind another: of what `bm25+snapkv` is asked for, BM25 chooses sentences and SnapKV
            keeps keys and values of their tokens. All links compress by the same factor: of L tokens and a budget of M
            positions the first of two keeps ⌈√(L · M)⌉ tokens. All but the last must be hard prompts, a trained one is used
            at the ratio that is left for it, and the budget is counted at the end as for any method.

            A method may be another program, in any language: `external:command=python3 my_method.py`, or a JSON file that
            describes it ([external-methods.md](external-methods.md)).

            \(families.joined(separator: "\n"))
            """
    }
}

/// What the cards say of a method.
private struct MethodItem: Encodable {
    let id, name, family: String
    let role: String?
    let isTrainable: Bool
    let isQueryAware: Bool
    /// In words.
    let needs: [String]
    let parameters: [ParameterChoice]
    /// What each decides, by its name.
    let meanings: [String: String]
    let summary, loses: String
    let verified, paper: String?

    init(_ method: any CompressionMethod.Type) {
        let card = method.card
        (id, name, family, role) = (card.id, card.name, card.family.rawValue, card.role?.rawValue)
        let trainable = method as? any TrainableMethod.Type
        (isTrainable, isQueryAware) = (trainable != nil, card.isQueryAware)
        var needs: [String] = []
        if card.isQueryAware { needs.append("the question") }
        if let trainable {
            needs.append(trainable.worksUntrained ? "a trained compressor, or none" : "a trained compressor")
        }
        if method is any ScorerMethod.Type { needs.append("the model's likelihoods") }
        self.needs = needs
        (parameters, meanings, summary, loses) = (method.choices, card.parameters, card.summary, card.loses)
        (verified, paper) = (card.verified, card.paper)
    }

    /// A section about it.
    var markdown: String {
        var lines = ["- Loses: \(loses)"]
        if !needs.isEmpty { lines.append("- Needs: \(needs.joined(separator: ", "))") }
        if !parameters.isEmpty { lines.append("- Parameters:") }
        lines += parameters.map { "  - `\($0)`: \(meanings[$0.name] ?? "")" }
        if let paper { lines.append("- Paper: <\(paper)>") }
        lines.append("- Compared with: \(verified ?? "nothing from elsewhere; its tests say what it does.")")
        return "### \(name)\n\n`\(id)`: \(summary)\n\n" + lines.map { "\($0)\n" }.joined()
    }
}

extension MethodCard.Family {
    /// For headings.
    fileprivate var title: String {
        switch self {
        case .reference: "References"
        case .softPrompt: "Soft prompts"
        case .hardPrompt: "Hard prompts"
        case .kvCache: "KV cache"
        }
    }
}
