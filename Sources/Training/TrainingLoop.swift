import Files
import Foundation
import Seeding
import SoftPrompts
import Tensors

/// What a run tells about itself while it goes on.
public struct TrainingProgress: Sendable {
    public let step: Int
    public let steps: Int
    /// The step of the checkpoint that this call went on from; 0 where it began.
    public let begun: Int
    /// Seconds of training so far, evaluation and checkpoints not counted.
    public let seconds: Double
    /// Rows of the decoder and the encoder so far.
    public let tokens: Int
    /// `loss`, or qualities by name.
    public let values: [String: Double]
}

/// A part of a step that is computed at once.
struct TrainingPass {
    /// Of the step: what its loss counts.
    var share: Float = 1
    /// Builds the loss, [1], and counts its rows.
    let loss: (Computation) throws -> (Tensor, tokens: Int)
}

/// A step of a training: which it is, and which it would be had no level gone on until it was learned.
struct TrainingStep {
    let number: Int
    let planned: Int
}

/// A level that does not end before it is learned.
struct LevelGoal {
    /// The planned step that follows the level.
    let end: Int
    /// The mean loss that was last reported is to be no more, in nats.
    let loss: Double
    /// How many steps it goes on for at most.
    let most: Int
}

/// Steps over parameters, with checkpoints that a later call goes on from exactly.
public struct TrainingLoop {
    /// By name; matrices of layers are Muon's, everything else AdamW's.
    let parameters: [String: Tensor]
    let recipe: OptimizerRecipe
    /// Those that are planned.
    let steps: Int
    var goals: [LevelGoal] = []
    /// Identifies what is trained, so that no other run goes on from its checkpoint.
    let fingerprint: String
    /// Nil for a run that nobody will go on with.
    let checkpoint: URL?
    let checkpointEvery: Int
    let evaluateEvery: Int
    let reportEvery = 25
    var backend: any Backend = .standard

    /// Runs the steps that are left; stops after any step, with a checkpoint, when `isCancelled` says so.
    ///
    /// The last step's checkpoint stays, for a process that ends before the result is on disk; whoever has
    /// saved the result calls `removeCheckpoint`.
    ///
    /// - Parameters:
    ///   - passes: of a step; their gradients add up
    ///   - evaluate: measures qualities
    /// - Returns: how many steps the run took; nil where it is not finished
    func run(
        passes: (TrainingStep) throws -> [TrainingPass],
        evaluate: () throws -> [String: Double], isCancelled: () -> Bool,
        report: (TrainingProgress) throws -> Void
    ) throws -> Int? {
        let names = parameters.keys.sorted()
        let tensors = names.compactMap { parameters[$0] }
        let matrices = names.filter(Self.isHiddenMatrix).compactMap { parameters[$0] }
        let muon = Muon(matrices)
        let adamW = AdamW(names.filter { !Self.isHiddenMatrix($0) }.compactMap { parameters[$0] })
        for tensor in tensors { tensor.isTrainable = true }
        defer { for tensor in tensors { tensor.isTrainable = false } }

        var state = try restore(muon, adamW)
        let begun = state.step
        while state.planned < steps || isHeld(state) {
            hold(&state)
            let started = ContinuousClock.now
            var (loss, tokens): (Float, Int) = (0, 0)
            let step = TrainingStep(number: state.step, planned: state.planned)
            for pass in try passes(step) {
                let tape = Tape()
                let (part, rows) = try pass.loss(Computation(backend: backend, tape: tape))
                tape.backward(from: part, scale: pass.share)
                loss += part.values[0] * pass.share
                tokens += rows
            }
            clipGradients(of: tensors, to: recipe.clip, on: backend)
            let factor = recipe.schedule.factor(step: step.planned, of: steps)
            muon.step(rate: recipe.muonRate * factor, on: backend)
            adamW.step(rate: recipe.adamWRate * factor, on: backend)
            for tensor in tensors { tensor.clearGradient() }
            state.step += 1
            state.tokens += tokens
            state.seconds += started.duration(to: .now).inSeconds
            guard loss.isFinite else { throw TrainingError.diverged(step: state.step) }
            state.lossSum += Double(loss)

            func tell(_ values: [String: Double]) throws {
                try report(
                    TrainingProgress(
                        step: state.step, steps: steps + state.added, begun: begun, seconds: state.seconds,
                        tokens: state.tokens, values: values))
            }
            if state.step % reportEvery == 0 {
                state.lastLoss = state.lossSum / Double(reportEvery)
                try tell(["loss": state.lastLoss])
                state.lossSum = 0
            }
            let isLast = state.planned == steps && !isHeld(state)
            if state.step % evaluateEvery == 0 || isLast { try tell(evaluate()) }
            let isStopping = isCancelled()
            if isLast || isStopping || state.step % checkpointEvery == 0 { try save(muon, adamW, state) }
            if isStopping, !isLast { return nil }
        }
        return state.step
    }

    // MARK: - Levels that go on

    /// Whether the level that the planned steps have come to the end of goes on.
    private func isHeld(_ state: State) -> Bool {
        guard let goal = goals.first(where: { $0.end == state.planned }) else { return false }
        return state.lastLoss > goal.loss && state.held < goal.most
    }

    /// Takes the planned steps back by one where a level goes on.
    private func hold(_ state: inout State) {
        if isHeld(state) {
            state.added += 1
            state.held += 1
        } else if goals.contains(where: { $0.end == state.planned }) {
            state.held = 0
        }
    }

    /// To be called when what was trained is on disk.
    ///
    /// One that cannot be removed harms nothing: the same training goes on from it, which is to save its
    /// result again, and another one refuses it by name.
    func removeCheckpoint() {
        if let checkpoint { try? FileManager.default.removeItem(at: checkpoint) }
    }

    /// Muon's steps are as large for an addition as for a layer: those of a decoder, which reads well before it has
    /// any, take AdamW's.
    static func isHiddenMatrix(_ name: String) -> Bool {
        if name.hasPrefix(StoredCompressor.decoderPrefix) { return false }
        return name.hasSuffix("proj.weight") || name == "projection" || name.contains(".lora_")
    }

    // MARK: - Checkpoints

    private struct State {
        var step = 0
        var seconds = 0.0
        var tokens = 0
        /// Of the steps since the last report, so that a resumed run reports the same means.
        var lossSum = 0.0
        /// The mean that was reported last.
        var lastLoss = Double.infinity
        /// Steps that levels went on for: all, and those of the present level.
        var added = 0
        var held = 0

        var planned: Int { step - added }
    }

    private func save(_ muon: Muon, _ adamW: AdamW, _ state: State) throws {
        guard let checkpoint else { return }
        var all: [String: Tensor] = [:]
        for (name, tensor) in parameters { all["parameter/\(name)"] = tensor }
        for (name, tensor) in muon.state { all["muon/\(name)"] = tensor }
        for (name, tensor) in adamW.state { all["adamw/\(name)"] = tensor }
        try SafetensorsFile.write(
            all,
            metadata: [
                "fingerprint": fingerprint, "step": "\(state.step)", "seconds": "\(state.seconds)",
                "tokens": "\(state.tokens)", "lossSum": "\(state.lossSum)", "lastLoss": "\(state.lastLoss)",
                "added": "\(state.added)", "held": "\(state.held)",
            ], to: checkpoint)
    }

    private func restore(_ muon: Muon, _ adamW: AdamW) throws -> State {
        guard let checkpoint, try RegularFile.require(checkpoint) else { return State() }
        let file = try SafetensorsFile(checkpoint)
        guard file.metadata["fingerprint"] == fingerprint, let step = file.metadata["step"].flatMap(Int.init)
        else {
            throw TrainingError.otherRecipe(checkpoint: checkpoint.path)
        }
        let tensors = try file.allTensors()
        func part(_ prefix: String) -> [String: Tensor] {
            let pairs = tensors.filter { $0.key.hasPrefix(prefix) }
            return Dictionary(
                uniqueKeysWithValues: pairs.map { (String($0.key.dropFirst(prefix.count)), $0.value) })
        }
        for (name, stored) in part("parameter/") { parameters[name]?.assign(stored.values) }
        muon.state = part("muon/")
        adamW.state = part("adamw/")
        return State(
            step: step, seconds: file.metadata["seconds"].flatMap(Double.init) ?? 0,
            tokens: file.metadata["tokens"].flatMap(Int.init) ?? 0,
            lossSum: file.metadata["lossSum"].flatMap(Double.init) ?? 0,
            lastLoss: file.metadata["lastLoss"].flatMap(Double.init) ?? .infinity,
            added: file.metadata["added"].flatMap(Int.init) ?? 0,
            held: file.metadata["held"].flatMap(Int.init) ?? 0)
    }
}

extension Duration {
    var inSeconds: Double {
        Double(components.seconds) + Double(components.attoseconds) * 1e-18
    }
}
