import Synchronization
import Tensors

/// A backend whose memory nobody reaches but through it: what the processor computes, with storage and masks of
/// its own, every call counted. A tensor that something above made on another backend stops the test.
struct OtherBackend: Backend {
    let calls = Calls()
    private let cpu = CPUBackend(isRounding: false)

    final class Calls: Sendable {
        private let counts = Mutex<[String: Int]>([:])

        func note(_ name: String) { counts.withLock { $0[name, default: 0] += 1 } }

        subscript(name: String) -> Int { counts.withLock { $0[name] ?? 0 } }
    }

    private final class Memory: TensorStorage {
        let inner: any TensorStorage
        private let owner: OtherBackend

        var backend: any Backend { owner }
        var host: UnsafeMutableRawPointer? { nil }

        init(_ inner: any TensorStorage, of owner: OtherBackend) {
            self.inner = inner
            self.owner = owner
        }
    }

    private final class Plan: AttentionPlan {
        let inner: any AttentionPlan

        var rows: Int { inner.rows }
        var keyBound: Int { inner.keyBound }

        init(_ inner: any AttentionPlan) { self.inner = inner }
    }

    private func own(_ tensor: Tensor, _ name: String = #function) -> Tensor {
        calls.note(String(name.prefix { $0 != "(" }))
        guard let memory = tensor.storage as? Memory else {
            preconditionFailure("\(name) was given a tensor of \(type(of: tensor.storage))")
        }
        return Tensor(shape: tensor.shape, elementType: tensor.elementType, storage: memory.inner)
    }

    private func own(_ plans: [any AttentionPlan]) -> [any AttentionPlan] {
        plans.map { plan in
            guard let plan = plan as? Plan else { preconditionFailure("a mask is \(type(of: plan))") }
            return plan.inner
        }
    }

    func allocate(bytes: Int, zeroed: Bool) -> any TensorStorage {
        Memory(cpu.allocate(bytes: bytes, zeroed: zeroed), of: self)
    }

    func adopt(
        _ pointer: UnsafeMutableRawPointer, bytes: Int, elementType: ElementType, of owner: AnyObject
    ) -> any TensorStorage {
        Memory(cpu.adopt(pointer, bytes: bytes, elementType: elementType, of: owner), of: self)
    }

    func attentionPlan(_ visibility: Visibility) -> any AttentionPlan { Plan(cpu.attentionPlan(visibility)) }

    func read(_ x: Tensor) -> [Float] { cpu.read(own(x)) }
    func write(_ values: [Float], to y: Tensor) { cpu.write(values, to: own(y)) }
    func element(_ index: Int, of x: Tensor) -> Float { cpu.element(index, of: own(x)) }
    func setElement(_ index: Int, of y: Tensor, to value: Float) {
        cpu.setElement(index, of: own(y), to: value)
    }
    func widen(_ x: Tensor, into y: Tensor) { cpu.widen(own(x), into: own(y)) }
    func copyRows(_ x: Tensor, _ rows: Range<Int>, to y: Tensor, at first: Int) {
        cpu.copyRows(own(x), rows, to: own(y), at: first)
    }
    func storeHeads(_ x: Tensor, to rows: [Int32], of y: Tensor) {
        cpu.storeHeads(own(x), to: rows, of: own(y))
    }
    func copyHeads(_ x: Tensor, _ rows: [[Int32]], to y: Tensor, at first: Int) {
        cpu.copyHeads(own(x), rows, to: own(y), at: first)
    }

    func multiply(
        _ a: Tensor, transposed transposeA: Bool, _ b: Tensor, transposed transposeB: Bool, alpha: Float,
        beta: Float, into c: Tensor
    ) {
        cpu.multiply(
            own(a), transposed: transposeA, own(b), transposed: transposeB, alpha: alpha, beta: beta,
            into: own(c))
    }
    func linear(_ x: Tensor, _ weights: [Tensor], into results: [Tensor]) {
        cpu.linear(own(x), weights.map { own($0) }, into: results.map { own($0) })
    }
    func add(_ a: Tensor, _ b: Tensor, scale: Float, into y: Tensor) {
        cpu.add(own(a), own(b), scale: scale, into: own(y))
    }
    func add(_ x: Tensor, scaledBy alpha: Float, to y: Tensor) {
        cpu.add(own(x), scaledBy: alpha, to: own(y))
    }
    func multiplyElements(_ a: Tensor, _ b: Tensor, into y: Tensor, adding: Bool) {
        cpu.multiplyElements(own(a), own(b), into: own(y), adding: adding)
    }
    func addRow(_ bias: Tensor, to y: Tensor) { cpu.addRow(own(bias), to: own(y)) }
    func sumRows(_ x: Tensor, to out: Tensor) { cpu.sumRows(own(x), to: own(out)) }
    func rmsNorm(_ x: Tensor, _ weight: Tensor, epsilon: Float, into y: Tensor, inverseRMS: Tensor) {
        cpu.rmsNorm(own(x), own(weight), epsilon: epsilon, into: own(y), inverseRMS: own(inverseRMS))
    }
    func rmsNormBackward(
        _ x: Tensor, _ weight: Tensor, inverseRMS: Tensor, upstream: Tensor, x dx: Tensor?, adding: Bool,
        weight dw: Tensor?
    ) {
        cpu.rmsNormBackward(
            own(x), own(weight), inverseRMS: own(inverseRMS), upstream: own(upstream), x: dx.map { own($0) },
            adding: adding, weight: dw.map { own($0) })
    }
    func rope(_ x: Tensor, _ table: RotaryTable, inverse: Bool, into y: Tensor, adding: Bool) {
        let table = RotaryTable(cosines: own(table.cosines), sines: own(table.sines), headDim: table.headDim)
        cpu.rope(own(x), table, inverse: inverse, into: own(y), adding: adding)
    }
    func attention(
        _ q: Tensor, _ k: Tensor, _ v: Tensor, _ plans: [any AttentionPlan], _ shape: AttentionShape,
        into out: Tensor, logSumExp: Tensor
    ) {
        cpu.attention(
            own(q), own(k), own(v), own(plans), shape, into: own(out), logSumExp: own(logSumExp))
    }
    func attentionBackward(
        _ q: Tensor, _ k: Tensor, _ v: Tensor, _ plans: [any AttentionPlan], _ shape: AttentionShape,
        out: Tensor, logSumExp: Tensor, upstream: Tensor, q dq: Tensor?, k dk: Tensor?, v dv: Tensor?
    ) {
        cpu.attentionBackward(
            own(q), own(k), own(v), own(plans), shape, out: own(out), logSumExp: own(logSumExp),
            upstream: own(upstream), q: dq.map { own($0) }, k: dk.map { own($0) }, v: dv.map { own($0) })
    }
    func attentionMass(
        _ queries: Tensor, _ keys: Tensor, seen: Int, largest: Bool, _ shape: AttentionShape,
        into mass: Tensor
    ) {
        cpu.attentionMass(own(queries), own(keys), seen: seen, largest: largest, shape, into: own(mass))
    }
    func swiglu(_ gate: Tensor, _ up: Tensor, into y: Tensor) { cpu.swiglu(own(gate), own(up), into: own(y)) }
    func swigluBackward(
        _ gate: Tensor, _ up: Tensor, upstream: Tensor, gate dg: Tensor, up du: Tensor, adding: Bool
    ) {
        cpu.swigluBackward(
            own(gate), own(up), upstream: own(upstream), gate: own(dg), up: own(du), adding: adding)
    }
    func geglu(_ gate: Tensor, _ up: Tensor, into y: Tensor) { cpu.geglu(own(gate), own(up), into: own(y)) }
    func gegluBackward(
        _ gate: Tensor, _ up: Tensor, upstream: Tensor, gate dg: Tensor, up du: Tensor, adding: Bool
    ) {
        cpu.gegluBackward(
            own(gate), own(up), upstream: own(upstream), gate: own(dg), up: own(du), adding: adding)
    }
    func gatherRows(_ table: Tensor, _ ids: [Int32], into y: Tensor) {
        cpu.gatherRows(own(table), ids, into: own(y))
    }
    func scatterAddRows(_ rows: Tensor, _ ids: [Int32], to table: Tensor) {
        cpu.scatterAddRows(own(rows), ids, to: own(table))
    }
    func windowMean(_ x: Tensor, _ windows: [Range<Int>], into y: Tensor) {
        cpu.windowMean(own(x), windows, into: own(y))
    }
    func windowMeanBackward(_ upstream: Tensor, _ windows: [Range<Int>], to dx: Tensor) {
        cpu.windowMeanBackward(own(upstream), windows, to: own(dx))
    }
    func crossEntropy(_ logits: Tensor, _ targets: [Int32], losses: Tensor, logSumExp: Tensor) {
        cpu.crossEntropy(own(logits), targets, losses: own(losses), logSumExp: own(logSumExp))
    }
    func crossEntropyBackward(
        _ logits: Tensor, _ targets: [Int32], weights: [Float], logSumExp: Tensor, into gradient: Tensor,
        adding: Bool
    ) {
        cpu.crossEntropyBackward(
            own(logits), targets, weights: weights, logSumExp: own(logSumExp), into: own(gradient),
            adding: adding)
    }
    func argmax(_ x: Tensor) -> [Int32] { cpu.argmax(own(x)) }
    func bestRows(of weight: Tensor, for x: Tensor) -> [Int32] { cpu.bestRows(of: own(weight), for: own(x)) }
    func sumOfSquares(_ x: Tensor) -> Double { cpu.sumOfSquares(own(x)) }
    func adamW(_ parameter: Tensor, _ gradient: Tensor, state: AdamW.Moments, _ step: AdamW.Step) {
        let state = AdamW.Moments(first: own(state.first), second: own(state.second))
        cpu.adamW(own(parameter), own(gradient), state: state, step)
    }
}
