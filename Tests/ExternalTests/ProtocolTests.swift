import Budgets
import Contract
import External
import Foundation
import LanguageModels
import Reading
import Tensors
import Testing
import TestSupport

/// What a guest is given, and what becomes of what it gives back.
struct ProtocolTests {
    private let guest: Guest
    private let model: LanguageModel

    init() throws {
        guest = try Guest()
        model = try guest.reader.backbone.model
    }

    @Test func `indices are kept like any method's`() throws {
        let kept = try guest.keep("good", "timeout=20", [Guest.text, "", "Oslo"])
        #expect(kept.map(\.measure.positions) == [4, 0, min(4, guest.context("Oslo").tokens.count)])
        let tokens = guest.context().tokens.prefix(4)
        #expect(kept[0].measure.text == guest.reader.tokenizer.decode(Array(tokens)))
        #expect(kept[0].measure.stretches?.first?.lowerBound == 0)
    }

    @Test func `a context is sent with all that is wanted of it`() throws {
        let trial = try guest.trial("everything")
        #expect(trial.method.card.isQueryAware)
        let context = guest.context(question: "Where?")
        _ = try trial.keep([context])
        trial.preparation.close()
        func object(_ line: String) throws -> [String: Any] {
            try #require(JSONSerialization.jsonObject(with: Data(line.utf8)) as? [String: Any])
        }
        let opening = try object(try #require(guest.notes.first { $0.contains(#""type":"open""#) }))
        let shape = try #require(opening["model"] as? [String: Any])
        #expect(shape["hidden"] as? Int == model.configuration.hiddenSize)
        #expect(shape["folder"] as? String == bundledModel.path && opening["folder"] == nil)
        let request = try object(try #require(guest.notes.first { $0.contains(#""type":"compress""#) }))
        #expect(request["id"] as? Int == 1 && request["left"] as? Int == 0)
        #expect(request["length"] as? Int == context.tokens.count && request["budget"] as? Int == 4)
        #expect(request["ratio"] as? Double == Double(context.tokens.count) / 4)
        #expect(request["seed"] as? Int == 1 << 53 - 1)
        #expect(request["tokens"] as? [Int32] == context.tokens)
        #expect(request["text"] as? String == Guest.text && request["question"] as? String == "Where?")
        let offsets = try #require(request["offsets"] as? [[Int]])
        #expect(offsets.map { $0[0]..<$0[1] } == context.offsets)
        let units = try #require(request["units"] as? [String: [[Int]]])
        let sentences = try #require(units["sentences"])
        #expect(sentences.map { $0[0]..<$0[1] } == context.units(.sentence).map(\.bytes))
        #expect(sentences.map { $0[2]..<$0[3] } == context.units(.sentence).map(\.tokens))
        #expect(units["words"]?.count == context.units(.word).count)
        // The published schema knows the same members.
        let schema = try object(
            String(
                contentsOf: repository.appendingPathComponent("Docs/external-methods.schema.json"),
                encoding: .utf8))
        let messages = try #require(schema["$defs"] as? [String: [String: Any]])
        func members(_ message: String) -> Set<String> {
            Set((messages[message]?["properties"] as? [String: Any])?.keys.map { $0 } ?? [])
        }
        #expect(members("compress") == Set(request.keys))
        #expect(members("open") == Set(opening.keys).union(["folder"]))
    }

    @Test func `a text is counted by the decoder's tokens, which the guest may ask for`() throws {
        let guest = try Guest(budget: 8)
        let tokens = guest.reader.tokenizer.encode("Anna Berg", specialTokens: .text)
        let kept = try guest.keep("tokenize")
        #expect(kept[0].measure.text == "Anna Berg" && kept[0].measure.positions == tokens.count)
        #expect(guest.notes.last == tokens.map(String.init).joined(separator: ","))
        #expect(try guest.keep("text")[0].measure.text == "Anna \u{e9}")
    }

    @Test func `contexts come in batches, answered in any order`() throws {
        let texts = (0..<7).map { String(repeating: "Anna plays. ", count: $0 % 3 + 1) }
        let together = try guest.keep("batch", "timeout=20", texts)
        let alone = try guest.keep("good", "timeout=20", texts)
        #expect(together.map(\.measure) == alone.map(\.measure))
        // The numbers of the last ones of three batches.
        #expect(guest.notes.filter { ["3", "6", "7"].contains($0) } == ["3", "6", "7"])
    }

    @Test func `several processes of a cell, each asked by one thread at a time`() throws {
        let trial = try guest.trial("good", "timeout=60:workers=3")
        #expect(Set(guest.notes).count == 3)
        let contexts = (0..<12).map { guest.context("Anna Berg plays the violin \($0).") }
        let positions = Spoken()
        Threads.concurrently(contexts.count) { i in
            let kept = try? trial.keep([contexts[i]])
            positions.append("\(kept?[0].measure.positions ?? -1)")
        }
        #expect(positions.lines == contexts.map { _ in "4" } && guest.notes.count == 3)
        trial.preparation.close()
        #expect(areGone(guest.notes))
    }

    @Test func `whoever does not open it has processes as they are needed`() throws {
        let method = try guest.method("good")
        let preparation = try method.preparation(
            for: Demand(.positions(4)), from: Resources(guest.reader.backbone))
        let kept = try preparation.compress([guest.context()], in: Computation())
        preparation.close()
        #expect(kept.count == 1 && areGone(guest.notes))
    }

    // MARK: - Tensors

    /// Rows of a file for the guest to hand over.
    private func write(_ tensors: [String: Tensor]) throws {
        try SafetensorsFile.write(tensors, to: guest.file)
    }

    private var hidden: Int { model.configuration.hiddenSize }

    @Test func `embeddings stand where the guest says`() throws {
        let rows = Tensor((0..<2 * hidden).map { Float($0) / 100 }, shape: [2, hidden])
        try write(["embeddings": rows])
        let kept = try guest.keep("embeddings-next")
        #expect(kept[0].measure.positions == 2 && kept[0].measure.text == nil)
        #expect(try guest.method("embeddings-next").card.family == .softPrompt)
    }

    @Test(arguments: [
        ("embeddings", "other", 2, 0, "wrote a file without 'embeddings'"),
        ("embeddings", "embeddings", 2, 1, "of the shape [2, "),
        ("embeddings", "embeddings", 5, 0, "kept 5 positions"),
        ("embeddings-places", "embeddings", 2, 0, "positions that do not ascend from 0 to below"),
        ("embeddings-places", "embeddings", 3, 0, "gave 2 positions for 3 rows"),
        ("embeddings-next", "embeddings", 3, 0, "gave 2 positions for 3 rows"),
    ])
    func `embeddings that cannot be`(
        _ mode: String, _ name: String, _ rows: Int, _ more: Int, _ part: String
    ) throws {
        try write([name: Tensor(shape: [rows, hidden + more])])
        let problem = Guest.problem { _ = try guest.keep(mode) }
        #expect(problem.contains(part), "\(problem)")
    }

    @Test func `numbers that are none, and files that are none`() throws {
        var values = [Float](repeating: 0, count: hidden)
        values[3] = .nan
        try write(["embeddings": Tensor(values, shape: [1, hidden])])
        let problem = Guest.problem { _ = try guest.keep("embeddings") }
        #expect(problem.contains("'embeddings' with numbers that are not finite"), "\(problem)")
        try Data("no tensors".utf8).write(to: guest.file)
        let other = Guest.problem { _ = try guest.keep("embeddings") }
        #expect(other.contains("cannot be read"), "\(other)")
    }

    /// The model's own keys and values of a context are the context.
    @Test func `keys and values are read like the decoder's own`() throws {
        let shape = model.configuration
        let context = Context(tokens: guest.context().tokens, limit: .whole)
        let own = KVCache(of: model, reading: context.tokens, in: Computation())
        let (count, width) = (context.tokens.count, shape.headDim)
        /// [rows, kvHeads × headDim] of what a cache holds as [kvHeads, rows, headDim]
        func rows(_ tensor: Tensor) -> Tensor {
            let values = tensor.values
            var turned = [Float](repeating: 0, count: values.count)
            for head in 0..<shape.kvHeads {
                for row in 0..<count {
                    for i in 0..<width {
                        turned[(row * shape.kvHeads + head) * width + i] =
                            values[(head * own.capacity + row) * width + i]
                    }
                }
            }
            return Tensor(turned, shape: [count, shape.kvHeads * width])
        }
        var tensors: [String: Tensor] = [:]
        for layer in 0..<shape.layers {
            tensors["keys.\(layer)"] = rows(own.keys[layer])
            tensors["values.\(layer)"] = rows(own.values[layer])
        }
        try write(tensors)
        let method = try guest.method("keys")
        #expect(method.card.family == .softPrompt)
        let preparation = try method.preparation(for: Demand(.whole), from: Resources(guest.reader.backbone))
        let trial = Trial(method, preparation, budget: .whole, reader: guest.reader)
        let kept = try trial.keep([context])
        preparation.close()
        #expect(kept[0].measure.positions == count)
        let whole = KeptContext(tokens: context.tokens, for: model)
        let request = DecodingSession.Request(context: 0, prompt: [5, 9, 3], maxNewTokens: 8)
        let sessions = try [kept, [whole]].map { try trial.session($0, [request], stop: []) }
        let distance =
            zip(sessions[0].firstLogits.values, sessions[1].firstLogits.values)
            .map { abs($0 - $1) }.max() ?? 1
        #expect(distance < 1e-3)
        #expect(sessions[0].finish() == sessions[1].finish())
    }
}
