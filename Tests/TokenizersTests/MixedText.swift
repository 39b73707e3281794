import Foundation

/// Lines of mixed text that Tests/References/mixed_text.py makes alike.
struct MixedText: Decodable {
    let pools: [[String]]
    let ranges: [[UInt32]]
    let separators: [String]

    static func lines(_ count: Int, seed: UInt64 = 1) throws -> [String] {
        let url = Bundle.module.bundleURL.appendingPathComponent("Fixtures/mixed-text.json")
        return try JSONDecoder().decode(MixedText.self, from: Data(contentsOf: url)).lines(count, seed)
    }

    private func lines(_ count: Int, _ seed: UInt64) -> [String] {
        var state = seed
        func below(_ bound: Int) -> Int {
            state &+= 0x9E37_79B9_7F4A_7C15
            var z = state
            z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
            z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
            return Int((z ^ (z >> 31)) % UInt64(bound))
        }
        return (0..<count).map { _ in
            var line = String.UnicodeScalarView()
            for _ in 0..<1 + below(12) {
                let choice = below(2 * pools.count + 2)
                if choice >= 2 * pools.count {
                    let range = ranges[below(ranges.count)]
                    for _ in 0..<1 + below(6) {
                        let value = range[0] + UInt32(below(Int(range[1] - range[0]) + 1))
                        line.append(Unicode.Scalar(value) ?? "?")
                    }
                } else {
                    let pool = pools[choice < pools.count ? choice : 0]
                    line.append(contentsOf: pool[below(pool.count)].unicodeScalars)
                }
                line.append(contentsOf: separators[below(separators.count)].unicodeScalars)
            }
            return String(line)
        }
    }
}
