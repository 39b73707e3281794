import Budgets
import Contract
import Foundation
import LanguageModels
import Seeding
import SoftPrompts
import Tensors

/// Times the training loop on made-up tokens: the steps of a base model or of a compressor.
public struct TrainingSpeed {
    let model: LanguageModel
    let sequences: Int
    let length: Int
    let tokens: [Int32]

    /// tokens: at least sequences × (length + 1), and what the tails take
    public init(model: LanguageModel, sequences: Int, length: Int, tokens: [Int32]) {
        self.model = model
        self.sequences = sequences
        self.length = length
        self.tokens = tokens
    }

    /// Trains a copy of the model on sequences of `length` tokens, each of which predicts the next.
    /// - Returns: rows of a step, and the seconds of each step after two that are not counted
    public func base(steps: Int) throws -> (rows: Int, seconds: [Double]) {
        let model = model.copy()
        return try time(model.tensors, steps: steps) { c in
            var rows = RowAssembly()
            var targets: [Int32] = []
            for i in 0..<sequences {
                let text = tokens[i * (length + 1)..<(i + 1) * (length + 1)]
                rows.append(tokens: text.dropLast(), firstPosition: 0)
                targets += text.dropFirst()
            }
            let hidden = model.hidden(
                rows.embeddings(of: model, in: c), positions: rows.positions, visibility: rows.visibility,
                in: c)
            let loss = c.crossEntropy(
                model.logits(hidden, in: c), targets: targets,
                weights: targets.map { _ in 1 / Float(targets.count) })
            return (loss, rows.count)
        }
    }

    /// Trains low-rank additions to q_proj and v_proj, memory tokens and the map to slots.
    public func compressor(
        of method: any TrainableMethod, ratio: Ratio, tail: Int, rank: Int, steps: Int
    ) throws -> (rows: Int, seconds: [Double]) {
        var generator = SeededGenerator(seed: 1, stream: "adapter")
        let adapter = try LowRankAdapter(
            LowRankConfiguration(rank: rank, alpha: Double(2 * rank), targets: .named(["q_proj", "v_proj"])),
            for: model, using: &generator)
        let compressor = Compressor(for: model, adapter: adapter)
        let lessons = (0..<sequences).map { i in
            let text = tokens.dropFirst(i * (length + tail + 1)).prefix(length + tail + 1)
            let behind = text.dropFirst(length)
            return Lesson(
                prefix: compressor.prefix, context: Array(text.prefix(length)),
                tails: [
                    Lesson.Tail(
                        prompt: Array(behind.prefix(1)), target: Array(behind.dropFirst()), weight: 1)
                ])
        }
        return try time(compressor.trainable, steps: steps) { c in
            try LessonPasses(lessons, ratio: ratio, most: nil).passes[0].loss(
                of: method, with: compressor, in: c)
        }
    }

    private func time(
        _ parameters: [String: Tensor], steps: Int,
        loss: @escaping (Computation) throws -> (Tensor, tokens: Int)
    ) throws -> (rows: Int, seconds: [Double]) {
        let warmUp = 2
        var rows = 0
        var starts: [ContinuousClock.Instant] = []
        let loop = TrainingLoop(
            parameters: parameters,
            recipe: OptimizerRecipe(
                muonRate: 0.006, adamWRate: 0.0015, clip: 1, schedule: Schedule(shape: .constant)),
            steps: warmUp + steps, fingerprint: "",
            checkpoint: nil, checkpointEvery: .max, evaluateEvery: .max)
        _ = try loop.run(
            passes: { _ in
                starts.append(.now)
                return [
                    TrainingPass {
                        let made = try loss($0)
                        rows = made.tokens
                        return made
                    }
                ]
            },
            evaluate: { [:] }, isCancelled: { false }, report: { _ in })
        starts.append(.now)
        let seconds = zip(starts, starts.dropFirst()).map { $0.duration(to: $1).inSeconds }
        return (rows, Array(seconds.dropFirst(warmUp)))
    }
}
