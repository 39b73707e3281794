import LanguageModels
import Seeding
import Tensors
import Testing

/// Another backend gives the same numbers to the bit: nothing above asks which one it has, nor reaches past it.
struct BackendTests {
    private let other = OtherBackend()
    private let plain = CPUBackend(isRounding: false)

    private func both<Result: Equatable>(
        _ name: String, _ result: (LanguageModel, any Backend) throws -> Result
    ) throws -> (other: Result, plain: Result) {
        let folder = Reference.folder(name)
        return (
            try result(LanguageModel(folder: folder, on: other), other),
            try result(LanguageModel(folder: folder), plain)
        )
    }

    /// Weights of 32 and of 16 bits, tied and not, windows, frequencies that follow the length.
    @Test(arguments: [
        "llama", "qwen3", "mistral-window", "llama-dynamic", "llama-biased-yarn-bf16", "mistral-fp16",
    ])
    func `a pass, and decoding behind a selection`(_ name: String) throws {
        let (found, expected) = try both(name) { model, backend -> [[Float]] in
            let c = Computation(backend: backend)
            let context: [Int32] = [4, 9, 2, 8, 30, 1, 1, 17]
            let source = KVCache(for: model, capacity: 8, on: backend)
            let states = model.hidden(
                model.embed(context, in: c), positions: (0..<8).map { Self.firstPosition + $0 },
                visibility: .causal(8), cache: source, cacheRows: Array(0..<8), results: [2, 7], in: c)
            let configuration = model.configuration
            let selection = CacheSelection(
                (0..<configuration.layers).map { layer in
                    (0..<configuration.kvHeads).map { head in Self.kept(layer: layer, head: head) }
                })
            let first = selection.largestCount
            let cache = KVCache(for: model, capacity: first + 4, on: backend)
            cache.copy(selection, from: source, to: 0, in: c)
            var tokens = model.bestTokens(states, in: c).suffix(1)
            for step in 0..<4 {
                var visibility = Visibility()
                visibility.append([0..<first + step + 1])
                let hidden = model.hidden(
                    model.embed([tokens.last ?? 0], in: c), positions: [Self.firstPosition + Int32(8 + step)],
                    visibility: visibility, cache: cache, cacheRows: [first + step],
                    partial: [PartialKeys(selection, at: 0)], in: c)
                tokens += model.bestTokens(hidden, in: c)
            }
            return [states.values, tokens.map(Float.init)]
        }
        #expect(found == expected)
        for call in ["linear", "attention", "gatherRows", "storeHeads", "copyHeads", "bestRows", "rope"] {
            #expect(other.calls[call] > 0, "\(call) was never asked for")
        }
    }

    /// Where frequencies that follow the length already do.
    private static let firstPosition: Int32 = 500

    private static func kept(layer: Int, head: Int) -> [Int32] {
        (0..<8).filter { ($0 + layer) % (2 + head) > 0 }.map { Int32($0) }
    }

    @Test func `weights that are no numbers are found`() throws {
        let (found, expected) = try both("llama") { model, _ -> Bool in
            (try? model.requireFiniteWeights(of: Reference.folder("llama"))) != nil
        }
        #expect(found && expected)
    }

    @Test func `going back, and steps of both optimisers`() throws {
        let (found, expected) = try both("llama") { model, backend -> [[Float]] in
            let model = model.copy()
            var generator = SeededGenerator(seed: 3)
            let tensors = model.tensors.sorted { $0.key < $1.key }.map(\.value)
            let muon = Muon(tensors.filter { $0.shape.count == 2 })
            let adamW = AdamW(tensors.filter { $0.shape.count == 1 })
            for tensor in tensors { tensor.isTrainable = true }
            for _ in 0..<2 {
                let tape = Tape()
                let c = Computation(backend: backend, tape: tape)
                let tokens = (0..<9).map { _ in Int32(generator.integer(below: 30)) }
                let hidden = model.hidden(
                    model.embed(tokens, in: c), positions: (0..<9).map { $0 }, visibility: .causal(9), in: c)
                tape.backward(
                    from: c.crossEntropy(
                        model.logits(hidden, in: c), targets: tokens,
                        weights: [Float](repeating: 1, count: 9)))
                clipGradients(of: tensors, to: 0.5, on: backend)
                muon.step(rate: 0.02, on: backend)
                adamW.step(rate: 0.01, on: backend)
                for tensor in tensors { tensor.clearGradient() }
            }
            return tensors.map(\.values)
        }
        #expect(found == expected)
        for call in ["attentionBackward", "crossEntropyBackward", "scatterAddRows", "adamW", "multiply"] {
            #expect(other.calls[call] > 0, "\(call) was never asked for")
        }
    }
}
