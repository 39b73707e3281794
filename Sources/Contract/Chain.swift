import Budgets
import Foundation
import Seeding
import Tensors
import Tokenizers

/// Methods one behind another: what one keeps is the context of the next.
///
/// All compress by the same factor: of L tokens and a budget of M positions the i-th of n keeps
/// ⌈L · (M / L)^(i / n)⌉, so that the last one keeps M. All but the last keep real tokens or a text.
public struct Chain: ConfiguredMethod {
    /// The first one first; two or more.
    public let links: [any ConfiguredMethod]

    /// - Throws: `ContractError` where one that does not keep real tokens is not the last, or a link compresses nothing
    public init(_ links: [any ConfiguredMethod]) throws {
        self.links = links
        if let reference = links.first(where: { $0.card.role != nil }) {
            throw ContractError.badChain(
                id,
                problem:
                    "\(reference.card.id) does not compress; leave it out, references run beside every grid")
        }
        if let early = links.dropLast().first(where: { $0.card.family != .hardPrompt }) {
            throw ContractError.badChain(
                id, problem: "\(early.card.id) keeps no text that another method could read; put it last")
        }
    }

    private var id: String { links.map(\.card.id).joined(separator: "+") }

    /// The family is the last one's, whose form the decoder reads.
    public var card: MethodCard {
        let last = links[links.count - 1].card
        return MethodCard(
            id: id, name: links.map(\.card.name).joined(separator: " + "), family: last.family,
            summary: links.map(\.card.summary).joined(separator: " Then: "),
            loses: links.map(\.card.loses).joined(separator: " Then: "),
            isQueryAware: links.contains(where: \.card.isQueryAware),
            version: links.compactMap(\.card.version).isEmpty
                ? nil : links.map { $0.card.version ?? "" }.joined(separator: "+"))
    }

    public var label: String { links.map(\.label).joined(separator: " + ") }

    public var types: [String] { links.flatMap(\.types) }

    /// Each link's, by its place.
    public var parametersJSON: String {
        let parts = links.enumerated().map { "\"\($0 + 1)\":\($1.parametersJSON)" }
        return "{\(parts.sorted().joined(separator: ","))}"
    }

    /// The last link reads what those before it leave.
    public func tokensRead(of tokens: Int, keeping kept: Int) -> Int {
        let budgets = Self.budgets(of: tokens, to: min(tokens, kept), links: links.count)
        return links[links.count - 1].tokensRead(of: budgets[links.count - 2], keeping: kept)
    }

    public var passes: Double { links.reduce(0) { $0 + $1.passes } }

    public func preparations(for demand: Demand, from resources: Resources) throws -> [any Preparation] {
        let demand = demand.shared(by: links.count)
        let first = try links.dropLast().map { try $0.preparation(for: demand, from: resources) }
        return try links[links.count - 1].preparations(for: demand, from: resources).map {
            ChainPreparation(chain: self, parts: first + [$0], tokenizer: resources.tokenizer)
        }
    }

    /// What the links keep of so many tokens, the last one `budget`.
    package static func budgets(of tokens: Int, to budget: Int, links: Int) -> [Int] {
        guard tokens > 0, budget > 0 else { return Array(repeating: budget, count: links) }
        let share = Double(budget) / Double(tokens)
        return (1..<links).map { i in
            let exact = Double(tokens) * pow(share, Double(i) / Double(links))
            // A power is a little too large where it should be whole.
            return min(tokens, Int((exact * (1 - 1e-12)).rounded(.up)))
        } + [budget]
    }
}

extension Demand {
    /// What each of so many links is asked for.
    fileprivate func shared(by links: Int) -> Demand {
        func root(_ ratio: Ratio) -> Ratio { Ratio(pow(ratio.value, 1 / Double(links))) ?? .one }
        let shared = root(ratios.lowerBound)...root(ratios.upperBound)
        return Demand(budget.ratioValue == nil ? budget : .ratio(shared.upperBound), ratios: shared)
    }
}

private struct ChainPreparation: Preparation {
    let chain: Chain
    /// As many as links.
    let parts: [any Preparation]
    let tokenizer: Tokenizer

    var content: PreparedContent? {
        let contents = parts.map(\.content)
        let known = contents.compactMap(\.self)
        guard !known.isEmpty else { return nil }
        return PreparedContent(
            name: known.map(\.name).joined(separator: " + "),
            hash: known.count == 1
                ? known[0].hash : SHA256.hex(of: contents.map { $0?.hash ?? "" }.joined(separator: " ")),
            isTrained: known.contains(where: \.isTrained), warnings: known.flatMap(\.warnings))
    }

    func open() throws {
        for part in parts { try part.open() }
    }

    func close() {
        for part in parts { part.close() }
    }

    func compress(_ contexts: [Context], in c: Computation) throws -> [Kept] {
        let budgets = contexts.map {
            Chain.budgets(of: $0.tokens.count, to: $0.budget, links: parts.count)
        }
        var sources = contexts.map(\.source)
        // The context's tokens that each source has; nil where it is a text of a method's own.
        var places: [[Int]?] = contexts.map { Array($0.tokens.indices) }
        for (i, link) in chain.links.dropLast().enumerated() {
            let kept = try parts[i].compress(
                contexts.indices.map {
                    context($0, of: contexts, sources[$0], budget: budgets[$0][i], link: link)
                }, in: c)
            for (j, kept) in kept.enumerated() {
                switch kept.content {
                case .selection(let indices):
                    guard indices.allSatisfy(sources[j].tokens.indices.contains) else {
                        throw ContractError.badCompression(
                            method: link.card.id, reason: "indices are not of the context's tokens")
                    }
                    sources[j] = sources[j].selecting(indices)
                    places[j] = places[j].map { all in indices.map { all[$0] } }
                case .text(let text):
                    sources[j] = SourceText(text, prefix: sources[j].prefix, tokenizer: tokenizer)
                    places[j] = nil
                case .slots, .cache:
                    throw ContractError.badCompression(
                        method: link.card.id, reason: "it keeps no text that the next method could read")
                }
                guard sources[j].tokens.count <= budgets[j][i] else {
                    throw ContractError.overBudget(
                        method: link.card.id, kept: sources[j].tokens.count, budget: budgets[j][i],
                        tokens: contexts[j].tokens.count)
                }
            }
        }
        let last = parts.count - 1
        let kept = try parts[last].compress(
            contexts.indices.map {
                context($0, of: contexts, sources[$0], budget: budgets[$0][last], link: chain.links[last])
            }, in: c)
        return zip(kept, zip(sources, places)).map { kept, source in
            kept.ofWhole(source.0, places: source.1, tokenizer: tokenizer)
        }
    }

    /// What a link sees: a question only where its own card asks for it.
    private func context(
        _ index: Int, of contexts: [Context], _ source: SourceText, budget: Int, link: any ConfiguredMethod
    ) -> Context {
        Context(
            source, limit: .positions(max(1, budget)), seed: contexts[index].seed,
            question: link.card.isQueryAware ? contexts[index].question : nil)
    }
}

extension Kept {
    /// The same of the context that a source was made of.
    /// - Parameter places: the context's tokens that the source has; nil where it is another text
    fileprivate func ofWhole(_ source: SourceText, places: [Int]?, tokenizer: Tokenizer) -> Kept {
        var kept = self
        switch content {
        case .selection(let indices):
            if let places, indices.allSatisfy(places.indices.contains) {
                kept.content = .selection(indices.map { places[$0] })
            } else {
                kept.content = .text(tokenizer.decode(indices.map { source.tokens[$0] }))
            }
        case .cache:
            // Its positions are those of the shorter context.
            kept.next = next ?? source.tokens.count
        case .text, .slots: break
        }
        return kept
    }
}
