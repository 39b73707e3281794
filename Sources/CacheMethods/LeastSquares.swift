import Tensors

/// min ‖a x − b‖² + ridge ‖x‖² by the normal equations, in double precision.
struct LeastSquares {
    /// Rows of the solution.
    private let count: Int
    /// The lower triangle of Cholesky's factor of aᵀa + ridge, row by row.
    private var factor: [Double]

    /// - Parameters:
    ///   - a: [rows, count]
    ///   - ridge: in units of the mean square of a column
    init(_ a: Tensor, ridge: Float) {
        count = a.width
        let products = Tensor(shape: [count, count], on: a.backend)
        a.backend.multiply(a, transposed: true, a, transposed: false, alpha: 1, beta: 0, into: products)
        factor = products.values.map(Double.init)
        let mean = (0..<count).reduce(0) { $0 + factor[$1 * count + $1] } / Double(max(1, count))
        // Columns that are zero throughout have no solution of their own.
        let added = max(Double(ridge) * mean, 1e-12)
        for i in 0..<count { factor[i * count + i] += added }
        factorize()
    }

    private mutating func factorize() {
        let count = count
        factor.withUnsafeMutableBufferPointer { all in
            guard let rows = all.baseAddress else { return }
            for i in 0..<count {
                let row = rows + i * count
                for j in 0..<i {
                    let other = rows + j * count
                    row[j] = (row[j] - Self.dot(row, other, j)) / other[j]
                }
                row[i] = max(row[i] - Self.dot(row, row, i), 1e-300).squareRoot()
            }
        }
    }

    /// The solution for each column of aᵀb, [count, columns].
    func solution(_ products: Tensor) -> [Float] {
        let columns = products.width
        // A column's numbers one behind the other.
        var x = [Double](repeating: 0, count: count * columns)
        let given = products.values
        for row in 0..<count {
            for column in 0..<columns { x[column * count + row] = Double(given[row * columns + column]) }
        }
        var transposed = [Double](repeating: 0, count: count * count)
        for row in 0..<count {
            for column in 0...row { transposed[column * count + row] = factor[row * count + column] }
        }
        x.withUnsafeMutableBufferPointer { all in
            factor.withUnsafeBufferPointer { lower in
                transposed.withUnsafeBufferPointer { upper in
                    guard let all = all.baseAddress, let lower = lower.baseAddress,
                        let upper = upper.baseAddress
                    else { return }
                    for column in 0..<columns {
                        let x = all + column * count
                        for i in 0..<count {
                            x[i] = (x[i] - Self.dot(lower + i * count, x, i)) / lower[i * count + i]
                        }
                        for i in (0..<count).reversed() {
                            let behind = count - 1 - i
                            let rest = Self.dot(upper + i * count + i + 1, x + i + 1, behind)
                            x[i] = (x[i] - rest) / lower[i * count + i]
                        }
                    }
                }
            }
        }
        var result = [Float](repeating: 0, count: count * columns)
        for row in 0..<count {
            for column in 0..<columns { result[row * columns + column] = Float(x[column * count + row]) }
        }
        return result
    }

    private static func dot(_ a: UnsafePointer<Double>, _ b: UnsafePointer<Double>, _ count: Int) -> Double {
        var sums = SIMD8<Double>()
        var i = 0
        while i + 8 <= count {
            let (x, y) = (UnsafeRawPointer(a + i), UnsafeRawPointer(b + i))
            sums.addProduct(x.loadUnaligned(as: SIMD8<Double>.self), y.loadUnaligned(as: SIMD8<Double>.self))
            i += 8
        }
        var sum = sums.sum()
        while i < count {
            sum += a[i] * b[i]
            i += 1
        }
        return sum
    }
}
