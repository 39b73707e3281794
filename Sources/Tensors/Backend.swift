/// Where numbers are kept and crunched: one method a primitive, without differentiation.
///
/// Operations record gradients and call these; another device is another conforming type, which nobody above
/// asks what it is. It takes tensors of its own and those in the program's memory, such as inputs.
/// Every `into`/`adding to` tensor is allocated by the caller, by the same backend. Shapes are checked by the
/// operations.
public protocol Backend: Sendable {
    /// Memory for a tensor, zeros or of any content.
    func allocate(bytes: Int, zeroed: Bool) -> any TensorStorage
    /// Numbers of a mapped file, which nobody writes to and `owner` keeps: where they are, or a copy.
    func adopt(
        _ pointer: UnsafeMutableRawPointer, bytes: Int, elementType: ElementType, of owner: AnyObject
    ) -> any TensorStorage
    /// All elements, widened to float32.
    func read(_ x: Tensor) -> [Float]
    /// Replaces all elements; as many, float32
    func write(_ values: [Float], to y: Tensor)
    /// One element of a float32 tensor: for what is set up by hand.
    func element(_ index: Int, of x: Tensor) -> Float
    func setElement(_ index: Int, of y: Tensor, to value: Float)
    /// y = x, widened to float32
    func widen(_ x: Tensor, into y: Tensor)
    /// Copies some of x's rows to y's from `first` on; both float32, of one width
    func copyRows(_ x: Tensor, _ rows: Range<Int>, to y: Tensor, at first: Int)
    /// Row i of x, [rows, heads × width], to `rows[i]` of each head of y, [heads, capacity, width], rounded
    /// where that is bfloat16
    func storeHeads(_ x: Tensor, to rows: [Int32], of y: Tensor)
    /// Rows `rows[h]` of each head h of x to y's rows from `first` on; x, y: [heads, capacity, width], of one
    /// element type
    func copyHeads(_ x: Tensor, _ rows: [[Int32]], to y: Tensor, at first: Int)
    /// Cuts a visibility as attention wants it, once for all layers and heads of a pass.
    func attentionPlan(_ visibility: Visibility) -> any AttentionPlan

    /// c = alpha op(a) op(b) + beta c
    func multiply(
        _ a: Tensor, transposed: Bool, _ b: Tensor, transposed: Bool, alpha: Float, beta: Float,
        into c: Tensor)
    /// y = x weightᵀ for each pair of weight and y; x: [rows, in], weight: [out, in] as stored, all of
    /// one element type, y: [rows, out]
    func linear(_ x: Tensor, _ weights: [Tensor], into results: [Tensor])
    /// y = a + scale b
    func add(_ a: Tensor, _ b: Tensor, scale: Float, into y: Tensor)
    /// y += alpha x
    func add(_ x: Tensor, scaledBy alpha: Float, to y: Tensor)
    /// y = a b, or y += a b, element by element
    func multiplyElements(_ a: Tensor, _ b: Tensor, into y: Tensor, adding: Bool)
    /// Every row of y += bias; bias: [width]
    func addRow(_ bias: Tensor, to y: Tensor)
    /// out += sum of x's rows; out: [width]
    func sumRows(_ x: Tensor, to out: Tensor)

    /// Groups of weight.count elements are divided by their root mean square; inverseRMS: [groups]
    func rmsNorm(_ x: Tensor, _ weight: Tensor, epsilon: Float, into y: Tensor, inverseRMS: Tensor)
    /// dx is written, or added to; dw is added to.
    func rmsNormBackward(
        _ x: Tensor, _ weight: Tensor, inverseRMS: Tensor, upstream: Tensor, x dx: Tensor?,
        adding: Bool, weight dw: Tensor?)
    /// Rotates heads by the table's angles, or back, what of a head the table does not reach aside; y = or y +=
    func rope(_ x: Tensor, _ table: RotaryTable, inverse: Bool, into y: Tensor, adding: Bool)
    /// plans: one for all KV heads, or one for each
    func attention(
        _ q: Tensor, _ k: Tensor, _ v: Tensor, _ plans: [any AttentionPlan], _ shape: AttentionShape,
        into out: Tensor, logSumExp: Tensor)
    func attentionBackward(
        _ q: Tensor, _ k: Tensor, _ v: Tensor, _ plans: [any AttentionPlan], _ shape: AttentionShape,
        out: Tensor, logSumExp: Tensor, upstream: Tensor, q dq: Tensor?, k dk: Tensor?, v dv: Tensor?)
    /// How much of the attention of rows goes to each key: sums of its weights over rows are added to `mass`, or the
    /// largest are taken; row i sees the first `seen + i` keys. queries: [rows, heads × headDim],
    /// keys: [kvHeads, seen + rows - 1, headDim], mass: [heads, keys], all float32
    func attentionMass(
        _ queries: Tensor, _ keys: Tensor, seen: Int, largest: Bool, _ shape: AttentionShape,
        into mass: Tensor)

    func swiglu(_ gate: Tensor, _ up: Tensor, into y: Tensor)
    /// dg and du are written, or added to.
    func swigluBackward(
        _ gate: Tensor, _ up: Tensor, upstream: Tensor, gate dg: Tensor, up du: Tensor, adding: Bool)

    /// As `swiglu`, by GELU with the hyperbolic tangent.
    func geglu(_ gate: Tensor, _ up: Tensor, into y: Tensor)
    func gegluBackward(
        _ gate: Tensor, _ up: Tensor, upstream: Tensor, gate dg: Tensor, up du: Tensor, adding: Bool)

    /// y[i] = table[ids[i]]
    func gatherRows(_ table: Tensor, _ ids: [Int32], into y: Tensor)
    /// table[ids[i]] += rows[i]
    func scatterAddRows(_ rows: Tensor, _ ids: [Int32], to table: Tensor)
    /// y[i] = mean of x's rows in windows[i]
    func windowMean(_ x: Tensor, _ windows: [Range<Int>], into y: Tensor)
    func windowMeanBackward(_ upstream: Tensor, _ windows: [Range<Int>], to dx: Tensor)
    /// losses, logSumExp: [rows]
    func crossEntropy(_ logits: Tensor, _ targets: [Int32], losses: Tensor, logSumExp: Tensor)
    func crossEntropyBackward(
        _ logits: Tensor, _ targets: [Int32], weights: [Float], logSumExp: Tensor, into gradient: Tensor,
        adding: Bool)
    /// The column of each row's largest element.
    func argmax(_ x: Tensor) -> [Int32]
    /// Of each row of x the row of `weight`, [rows, width], with the largest product: what `linear` and `argmax`
    /// say.
    func bestRows(of weight: Tensor, for x: Tensor) -> [Int32]

    func sumOfSquares(_ x: Tensor) -> Double
    func adamW(_ parameter: Tensor, _ gradient: Tensor, state: AdamW.Moments, _ step: AdamW.Step)
}

/// A visibility as a backend's attention wants it.
public protocol AttentionPlan: AnyObject {
    var rows: Int { get }
    /// One past the last key that any row sees.
    var keyBound: Int { get }
}

/// Sizes of an attention: query heads share the key-value heads in equal groups.
public struct AttentionShape: Sendable {
    public let heads: Int
    public let kvHeads: Int
    public let headDim: Int
    /// What scores are multiplied by, usually 1/√headDim.
    public let scale: Float
    /// Whether rows together may be rounded to bfloat16 on their way into products, as the model's weights
    /// are.
    public let allowsRounding: Bool

    public init(
        heads: Int, kvHeads: Int, headDim: Int, scale: Float? = nil, allowsRounding: Bool = false
    ) {
        precondition(kvHeads > 0 && heads % kvHeads == 0, "\(heads) heads do not share \(kvHeads)")
        self.heads = heads
        self.kvHeads = kvHeads
        self.headDim = headDim
        self.scale = scale ?? 1 / Float(headDim).squareRoot()
        self.allowsRounding = allowsRounding
    }

    /// Floats from a key to the next and from a KV head to the next.
    /// - Parameter keys: keys or values, [keys, kvHeads × headDim] or by head, [kvHeads, keys, headDim]
    func strides(of keys: Tensor) -> (key: Int, head: Int) {
        keys.shape.count == 3 ? (headDim, keys.shape[1] * headDim) : (kvHeads * headDim, headDim)
    }
}
