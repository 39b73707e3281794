/// Names of files for what a results file names, which is foreign input: a path, a name of 300 characters, another
/// page's name.
package enum Slug {
    /// Of a to z, 0 to 9 and `-`, at most 60 of them and a number, unlike those in `used`, among which it is then.
    package static func make(of name: String, apartFrom used: inout Set<String>) -> String {
        let stem = part(name)
        var slug = stem
        var number = 1
        while !used.insert(slug).inserted {
            number += 1
            slug = "\(stem)-\(number)"
        }
        return slug
    }

    /// Of such characters, at least one and at most 60.
    package static func part(_ name: String) -> String {
        let words = name.lowercased().split { !$0.isASCII || !($0.isLetter || $0.isNumber) }
        let base = String(words.joined(separator: "-").prefix(60))
        return base.isEmpty ? "method" : base
    }
}
