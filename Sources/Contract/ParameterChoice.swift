/// What users may write for a method's parameter.
public struct ParameterChoice: Codable, Equatable, Sendable, CustomStringConvertible {
    /// As users write it before the equals sign.
    public let name: String
    /// Every value, the default first; the default alone where there is a range.
    public let values: [String]
    /// Of numbers: the least and the most.
    public let range: ClosedRange<Double>?

    /// `keep=head|tail` or `window=64 (1 to 4096)`
    public var description: String {
        let text = "\(name)=\(values.joined(separator: "|"))"
        return range.map { "\(text) (\($0.lowerBound.plainText) to \($0.upperBound.plainText))" } ?? text
    }
}

extension MethodParameters {
    /// In order of their names.
    static var choices: [ParameterChoice] {
        let defaults = Dictionary(uniqueKeysWithValues: Self().values)
        return Mirror(reflecting: Self()).children.compactMap { child in
            guard let name = child.label, let value = defaults[name] else { return nil }
            var others: [String] = []
            if child.value is Bool { others = ["false", "true"] }
            if let kind = child.value as? any CaseIterable { others = texts(ofAll: kind) }
            return ParameterChoice(
                name: name, values: [value] + others.filter { $0 != value }, range: ranges[name])
        }.sorted { $0.name < $1.name }
    }

    private static func texts<Kind: CaseIterable>(ofAll _: Kind) -> [String] {
        Kind.allCases.compactMap { ($0 as? any RawRepresentable)?.rawValue as? String }
    }
}

extension Double {
    /// Without a point where it is whole.
    package var plainText: String { Int(exactly: self).map(String.init) ?? "\(self)" }
}
