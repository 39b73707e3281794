/// A place in a template, for people.
public struct Position: Equatable, Sendable, CustomStringConvertible {
    /// From 1.
    public let line: Int
    /// In Unicode scalars, from 1.
    public let column: Int

    public var description: String { "line \(line), column \(column)" }
}
