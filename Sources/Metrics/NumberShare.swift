/// LongBench's score of an output that is to name one number.
enum NumberShare {
    /// The share of the output's numbers that are the right one, digit by digit; 0 where it has none.
    static func share(of number: String, in output: String) -> Double {
        let numbers = output.unicodeScalars.split { $0.properties.generalCategory != .decimalNumber }
        let right = Array(number.unicodeScalars)
        return numbers.isEmpty
            ? 0 : Double(numbers.count { $0.elementsEqual(right) }) / Double(numbers.count)
    }

    /// The number of the passage that a reference names, such as `Paragraph 12` or `段落12`; nil where it names none.
    static func passage(_ reference: String) -> String? {
        reference.firstMatch(of: /(?:Paragraph |段落)([0-9]+)/).map { String($0.1) }
    }
}
