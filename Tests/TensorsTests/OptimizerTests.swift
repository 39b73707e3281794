import Foundation
import Seeding
import Tensors
import Testing

struct OptimizerTests {
    private func problem() -> (Tensor, () -> Void) {
        var generator = SeededGenerator(seed: 5)
        let weight = Tensor(normal: 1, shape: [6, 4], using: &generator)
        let x = Tensor(normal: 1, shape: [8, 4], using: &generator)
        weight.isTrainable = true
        return (
            weight,
            {
                let tape = Tape()
                let c = Computation(tape: tape)
                let loss = c.crossEntropy(
                    c.linear(x, weight), targets: (0..<8).map { Int32($0 % 6) },
                    weights: Array(repeating: 1, count: 8))
                tape.backward(from: loss)
            }
        )
    }

    @Test(arguments: [true, false])
    func `going on from stored state is going on`(_ usesMuon: Bool) {
        func optimizer(_ weight: Tensor) -> any Optimizer { usesMuon ? Muon([weight]) : AdamW([weight]) }
        func run(_ steps: Int, _ weight: Tensor, _ gradient: () -> Void, _ optimizer: any Optimizer) {
            for _ in 0..<steps {
                gradient()
                optimizer.step(rate: 0.01, on: CPUBackend())
                weight.clearGradient()
            }
        }
        let (whole, wholeGradient) = problem()
        run(6, whole, wholeGradient, optimizer(whole))

        let (first, firstGradient) = problem()
        let before = optimizer(first)
        run(3, first, firstGradient, before)
        let (second, secondGradient) = problem()
        second.assign(first.values)
        let after = optimizer(second)
        after.state = before.state
        run(3, second, secondGradient, after)
        #expect(second.values == whole.values)
    }

    @Test func `schedules warm up, hold and decay`() throws {
        func schedule(_ json: String) throws -> Schedule {
            try JSONDecoder().decode(Schedule.self, from: Data(json.utf8))
        }
        let linear = try schedule(#"{"shape":"linear","warmUp":10,"decay":0.5,"floor":0.1}"#)
        #expect(abs(linear.factor(step: 0, of: 100) - 0.1) < 1e-9)
        #expect(linear.factor(step: 9, of: 100) == 1)
        #expect(linear.factor(step: 49, of: 100) == 1)
        #expect(linear.factor(step: 75, of: 100) < 0.6)
        #expect(linear.factor(step: 99, of: 100) >= 0.1 && linear.factor(step: 99, of: 100) < 0.15)
        let constant = try schedule(#"{"shape":"constant","warmUp":0,"decay":0,"floor":0}"#)
        #expect(constant.factor(step: 0, of: 10) == 1 && constant.factor(step: 9, of: 10) == 1)
        let cosine = try schedule(#"{"shape":"cosine","warmUp":0,"decay":1,"floor":0}"#)
        #expect(abs(cosine.factor(step: 50, of: 100) - 0.5) < 0.02)
    }

    @Test func `clipping keeps the direction and bounds the norm`() {
        let (weight, gradient) = problem()
        gradient()
        let before = weight.gradient?.values ?? []
        clipGradients(of: [weight], to: 0.01, on: CPUBackend())
        let after = weight.gradient?.values ?? []
        let norm = after.reduce(0) { $0 + Double($1) * Double($1) }.squareRoot()
        #expect(abs(norm - 0.01) < 1e-5)
        #expect(abs(after[3] / after[0] - before[3] / before[0]) < 1e-3 * abs(before[3] / before[0]))
    }
}
