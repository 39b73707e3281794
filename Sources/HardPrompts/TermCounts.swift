/// How often words stand in each of some texts, and in how many of them.
public struct TermCounts {
    /// For each text how often each of its words stands there, by the word's number.
    public let counts: [[Int: Int]]
    /// Words of each text.
    public let lengths: [Int]
    /// By a word's number, how many texts have it.
    public let frequencies: [Int]
    private let numbers: [String: Int]

    /// - Parameter texts: the words of each
    public init(_ texts: [[String]]) {
        var numbers: [String: Int] = [:]
        var frequencies: [Int] = []
        counts = texts.map { words in
            var counts: [Int: Int] = [:]
            for word in words {
                let number = numbers[word] ?? numbers.count
                if number == numbers.count {
                    numbers[word] = number
                    frequencies.append(0)
                }
                counts[number, default: 0] += 1
            }
            for number in counts.keys { frequencies[number] += 1 }
            return counts
        }
        lengths = texts.map(\.count)
        self.frequencies = frequencies
        self.numbers = numbers
    }

    /// The numbers of those words that some text has.
    public func numbers(of words: [String]) -> [Int] { words.compactMap { numbers[$0] } }
}
