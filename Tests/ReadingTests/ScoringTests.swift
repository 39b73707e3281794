import Budgets
import Contract
import Datasets
import LanguageModels
import Metrics
import Reading
import Synchronization
import Tasks
import Tensors
import Testing

struct ScoringTests {
    private let reading: TestReading
    private let backbone: Backbone

    init() throws {
        reading = try TestReading()
        backbone = try reading.reader.backbone
    }

    private func outcomes(
        _ documents: [DocumentItems], ratio: Double = 1, _ body: @escaping @Sendable (Context) -> Kept
    ) throws -> [Scoring.Outcome] {
        try reading.scoring(TestMethod(body), budget: .ratio(try #require(Ratio(ratio)))).score(documents)
    }

    @Test func `packed scoring answers as one by one does`() throws {
        let documents = TestReading.documents(3)
        let together = try outcomes(documents, TestReading.whole).map(\.output)
        let alone = try documents.flatMap { unit in
            try unit.items.flatMap { item in
                try outcomes([DocumentItems(unit.document, [item])], TestReading.whole).map(\.output)
            }
        }
        #expect(together == alone)
        #expect(Set(together).count > 5)
    }

    @Test func `who keeps too much is refused with numbers`() throws {
        let error = #expect(throws: ContractError.self) {
            try outcomes(TestReading.documents(1), ratio: 4, TestReading.whole)
        }
        #expect(error?.description.contains("its budget is") == true)
    }

    @Test func `a budget of positions is the same for every context`() throws {
        let scoring = try reading.scoring(
            TestMethod { .selection($0.tokens.indices.prefix($0.budget)) }, budget: .positions(20))
        let kept = try scoring.score(TestReading.documents(3)).map(\.kept.positions)
        #expect(Set(kept) == [20])
    }

    /// Each is refused in one line, by the one path that scoring, latency and generate take.
    @Test(arguments: 0..<13)
    func `what cannot be used is refused`(_ index: Int) throws {
        let model = backbone.model
        let hidden = model.configuration.hiddenSize
        let error = #expect(throws: ContractError.self) {
            try outcomes(TestReading.documents(1)) { context in
                func slots(_ shape: [Int]) -> Tensor { Tensor(shape: shape) }
                func cache(_ rows: Int, _ kept: [Int32], layers: Int? = nil) -> Kept {
                    let c = model.configuration
                    let heads = [[Int32]](repeating: kept, count: c.kvHeads)
                    return Kept(
                        .cache(
                            KVCache(for: model, capacity: rows),
                            CacheSelection([[[Int32]]](repeating: heads, count: layers ?? c.layers))))
                }
                let enough = context.prefix.count + context.tokens.count
                let unsound: [Kept] = [
                    .selection([-1]), .selection([context.tokens.count]), .selection([3, 3]),
                    .selection([4, 2]), .slots(slots([2, hidden]), positions: [1], next: 5),
                    .slots(slots([2, hidden]), positions: [3, 3], next: 5),
                    .slots(slots([2, hidden]), positions: [3, 5], next: 5),
                    .slots(slots([1, hidden + 1]), positions: [0], next: 1),
                    .slots(
                        Tensor([Float](repeating: .nan, count: hidden), shape: [1, hidden]), positions: [0],
                        next: 1),
                    cache(3, [0]), cache(enough, [1, 0]), cache(enough, [Int32(context.tokens.count)]),
                    cache(enough, [0], layers: 1),
                ]
                return unsound[index]
            }
        }
        let text = error?.description ?? ""
        #expect(
            text.contains("test returned a compressed context that cannot be used") && !text.contains("\n"))
    }

    @Test func `reading back the whole context succeeds, without it fails`() throws {
        let dataset = Gazette(split: .test).dataset(subjects: [2], documents: 1, seed: 3)
        let document = dataset.documents[0]
        let unit = DocumentItems(document, Reconstruction().items(of: document, in: dataset))
        func scores(_ body: @escaping @Sendable (Context) -> Kept) throws -> [String: Double] {
            try reading.scoring(TestMethod(body), task: Reconstruction.card).score([unit])[0].metrics
        }
        let full = try scores(TestReading.whole)
        let none = try scores { _ in .selection([]) }
        #expect(full["token_accuracy"] ?? 0 > 0.97 && full["bleu"] ?? 0 > 0.9)
        #expect(none["token_accuracy"] ?? 1 < 0.8 && none["bleu"] ?? 1 < 0.2)
    }

    // MARK: - What a method sees

    @Test func `a card that does not say so sees no question, one that does sees each`() throws {
        let seen = Mutex<[String?]>([])
        let documents = TestReading.documents(2, items: 3)
        let note: @Sendable (Context) -> Kept = { context in
            seen.withLock { $0.append(context.question) }
            return .selection(context.tokens.indices)
        }
        _ = try reading.scoring(TestMethod(note)).score(documents)
        #expect(seen.withLock { $0 } == [nil, nil])
        seen.withLock { $0 = [] }
        let scoring = try reading.scoring(QuestionMethod(note))
        // A context is compressed once a question, and batches may part a document's.
        let batches = try scoring.batches(of: documents)
        #expect(batches.flatMap { $0 }.allSatisfy { $0.items.count == 1 })
        let outcomes = try batches.flatMap { try scoring.score($0) }
        #expect(seen.withLock { $0 } == documents.flatMap(\.items).map(\.prompt.question))
        #expect(outcomes.map(\.item.id) == documents.flatMap(\.items).map(\.id))
    }

    @Test func `a method sees text, tokens with their bytes, words and sentences`() throws {
        let checked = Mutex(0)
        _ = try outcomes(TestReading.documents(2)) { context in
            let bytes = Array(context.text.utf8)
            func text(_ range: Range<Int>) -> String { String(decoding: bytes[range], as: UTF8.self) }
            let sentences = context.units(.sentence)
            let isWhole =
                context.offsets.count == context.tokens.count
                && sentences.map { text($0.bytes) }.joined() == context.text
                && sentences.allSatisfy { text($0.bytes).contains(".") }
                && [TextUnit.Kind.word, .sentence].allSatisfy { kind in
                    context.units(kind).flatMap { Array($0.tokens) } == Array(context.tokens.indices)
                }
            if isWhole, sentences.count > 10 { checked.withLock { $0 += 1 } }
            return .selection(context.tokens.indices)
        }
        #expect(checked.withLock { $0 } == 2)
    }

    @Test func `a document with very many questions is read in parts, and none is lost`() throws {
        let unit = TestReading.documents(1, items: 1)[0]
        let items = (0..<1200).map { i in
            Item(
                id: "\(i)", prompt: unit.items[0].prompt, references: unit.items[0].references,
                outputLimit: .tokens(4))
        }
        let batches = try reading.scoring(TestMethod(TestReading.whole)).batches(
            of: [DocumentItems(unit.document, items)])
        #expect(batches.count == 3 && batches.flatMap { $0.flatMap(\.items) }.map(\.id) == items.map(\.id))
    }

    @Test func `what is left of a cell is scored beside what it would have been scored beside`() throws {
        func identifiers(_ batches: [[DocumentItems]]) -> [[String]] {
            batches.map { $0.flatMap(\.items).map(\.id) }
        }
        let documents = TestReading.documents(6)
        var scoring = try reading.scoring(TestMethod(TestReading.whole))
        scoring.rowsPerBatch = 300
        let all = identifiers(try scoring.batches(of: documents))
        try #require(all.count > 2 && all.contains { $0.count > 1 })
        let done = Set(all[1] + all[0].prefix(1))
        let left = identifiers(try scoring.batches(of: documents) { !done.contains($0.id) })
        #expect(left == ([Array(all[0].dropFirst())] + all[2...]).filter { !$0.isEmpty })
    }

    @Test func `a metric sees an item's subset, and all of what was put out for what is asked word for word`()
        throws
    {
        let unit = TestReading.documents(1, items: 2)[0]
        let items = zip(unit.items, [nil, "trec"]).map { item, subset in
            Item(
                id: item.id, prompt: item.prompt, references: item.references, outputLimit: .tokens(2),
                subset: subset)
        }
        let card = TaskCard(
            id: "seen", name: "Seen", summary: "For tests.",
            metrics: [Metric(id: "subset", name: "Subset") { $0.subset.map { $0 == "trec" ? 1 : 0 } }])
        let found = try reading.scoring(TestMethod(TestReading.whole), task: card)
            .score([DocumentItems(unit.document, items)]).map(\.metrics)
        #expect(found == [[:], ["subset": 1]])
        let reader = reading.reader
        let output = backbone.tokenizer.encode("\n  Oslo is\nbig.\n")
        let whole = backbone.tokenizer.decode(output)
        #expect(whole.last == "\n")
        var prompt = items[0].prompt
        #expect(reader.text(of: output, for: prompt).last == ".")
        prompt.form = .verbatim
        #expect(reader.text(of: output, for: prompt) == whole)
    }

    // MARK: - What the harness derives

    @Test func `stretches are what was kept of the text`() throws {
        let outcome = try outcomes(TestReading.documents(1)) { context in
            let first = context.units(.sentence)[0], third = context.units(.sentence)[2]
            return .selection(Array(first.tokens) + Array(third.tokens))
        }[0]
        let bytes = Array(outcome.document.text.utf8)
        let kept = try #require(outcome.kept.stretches)
        #expect(kept.count == 2 && kept[0].lowerBound == 0)
        let words = kept.map { String(decoding: bytes[$0], as: UTF8.self) }
        #expect(words.allSatisfy { outcome.document.text.contains($0) && $0.hasSuffix(".") }, "\(words)")
    }

    @Test func `a text of a method's own is read in the context's place`() throws {
        let documents = TestReading.documents(1)
        let said = try outcomes(documents) { .text($0.text) }
        let selected = try outcomes(documents, TestReading.whole)
        #expect(said.map(\.output) == selected.map(\.output))
        #expect(said[0].kept.positions == selected[0].kept.positions && said[0].kept.stretches == nil)
    }

    @Test func `a cache of the whole pass answers as the context does, and of a half takes half`() throws {
        let documents = TestReading.documents(3)
        let model = backbone.model
        func cached(_ share: Int) -> @Sendable (Context) -> Kept {
            { context in
                let c = model.configuration
                let cache = KVCache(for: model, capacity: context.prefix.count + context.tokens.count)
                var rows = RowAssembly()
                rows.append(tokens: context.prefix + context.tokens, firstPosition: 0)
                _ = model.hidden(
                    rows.embeddings(of: model, in: Computation()), positions: rows.positions,
                    visibility: rows.visibility, cache: cache, cacheRows: rows.keys, in: Computation())
                let kept = (0..<Int32(context.tokens.count / share)).map { $0 * Int32(share) }
                let heads = [[Int32]](repeating: kept, count: c.kvHeads)
                return Kept(.cache(cache, CacheSelection([[[Int32]]](repeating: heads, count: c.layers))))
            }
        }
        let full = try outcomes(documents, TestReading.whole)
        let all = try outcomes(documents, cached(1))
        #expect(all.map(\.output) == full.map(\.output) && all.map(\.kept.bytes) == full.map(\.kept.bytes))
        let half = try outcomes(documents, cached(2))
        #expect(zip(half, all).allSatisfy { $0.kept.positions == $1.kept.positions / 2 })
        #expect(zip(half, all).allSatisfy { $0.kept.bytes * 2 <= $1.kept.bytes + 4096 })
        // Given tokens are predicted behind a cache too.
        let task = TaskCard(id: "t", name: "T", summary: "", metrics: [.nats])
        func nats(_ body: @escaping @Sendable (Context) -> Kept) throws -> [Double] {
            try reading.scoring(TestMethod(body), task: task).score(documents).compactMap {
                $0.metrics["nats"]
            }
        }
        #expect(zip(try nats(TestReading.whole), try nats(cached(1))).allSatisfy { abs($0 - $1) < 1e-4 })
    }

    // MARK: - Metrics that look further

    @Test func `likelihoods, choices and distributions are read where a metric asks for them`() throws {
        let task = TaskCard(
            id: "t", name: "T", summary: "", metrics: [.nats, .choiceAccuracy, .divergence, .exactMatch])
        let documents = TestReading.documents(2).map { unit in
            DocumentItems(
                unit.document,
                unit.items.map {
                    Item(
                        id: $0.id, prompt: $0.prompt, references: $0.references,
                        choices: ["a violin", $0.references[0], "seven"], outputLimit: $0.outputLimit)
                })
        }
        func means(_ body: @escaping @Sendable (Context) -> Kept) throws -> [String: Double] {
            let found = try reading.scoring(TestMethod(body), task: task).score(documents)
            return Dictionary(
                uniqueKeysWithValues: task.metrics.map { metric in
                    (
                        metric.id,
                        found.reduce(0) { $0 + ($1.metrics[metric.id] ?? .nan) } / Double(found.count)
                    )
                })
        }
        let full = try means(TestReading.whole)
        let none = try means { _ in .selection([]) }
        #expect(full["nats"] ?? 9 < 0.5 && none["nats"] ?? 0 > 1)
        #expect(full["accuracy"] ?? 0 > 0.9 && full["em"] ?? 0 > 0.9)
        #expect(abs(full["kl"] ?? 1) < 1e-5 && none["kl"] ?? 0 > 0.5)
    }
}
