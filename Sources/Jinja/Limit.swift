/// How far a template may go before it is refused: far beyond what any conversation needs.
enum Limit {
    /// Blocks, or parentheses, in one another.
    static let nesting = 100
    /// Operations in one another in one expression, `a + b + c` being two.
    static let expressionDepth = 250
    /// Statements and expressions in one another while rendering, those of called macros included.
    static let evaluationDepth = 400
    /// Lists and dictionaries in one another.
    static let valueDepth = 100
    /// Expressions and statements evaluated.
    static let steps = 5_000_000
    /// Bytes of any one text.
    static let text = 1 << 24
    /// Bytes of all texts and lists that are made on the way.
    static let work = 1 << 30
    /// What a namespace or a macro counts for, in bytes.
    static let workOfObject = 512
    /// What an element of a list counts for, and an entry of a dictionary.
    static let workOfElement = 32
    static let workOfEntry = 96
    /// What a value counts for at most with all that is in it, in bytes: lists that share their elements would be
    /// endless.
    static let weight = 1 << 40
    /// Bytes of a tuple that is a key.
    static let key = 1 << 16
    /// Parts that a text is cut into, also one by one into its characters.
    static let parts = 1 << 20
    /// Numbers of a `range`, as in Jinja's sandbox.
    static let range = 100_000

    /// Refuses a list of a text's parts before it is made.
    static func check(parts count: Int) throws {
        guard count <= parts else { throw Fault.limit("cuts a text into more than \(parts) parts") }
    }

    /// Refuses a text before it is made.
    static func check(bytes: Int, times count: Int = 1) throws {
        let (total, overflows) = bytes.multipliedReportingOverflow(by: max(0, count))
        guard !overflows, total <= text else { throw Fault.limit("makes a text of more than \(text) bytes") }
    }
}
