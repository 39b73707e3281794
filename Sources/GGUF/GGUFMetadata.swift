/// What a GGUF file says of its model: names and values.
public struct GGUFMetadata: Sendable {
    public enum Value: Sendable, Equatable {
        case integer(Int)
        case number(Double)
        case flag(Bool)
        case text(String)
        case list([Value])
    }

    public let values: [String: Value]

    init(_ bytes: inout GGUFBytes, count: Int) throws {
        var values: [String: Value] = [:]
        for _ in 0..<count {
            let name = try bytes.text()
            let type: UInt32 = try bytes.number()
            guard values.updateValue(try Self.value(type, &bytes, name: name), forKey: name) == nil else {
                throw bytes.malformed("it says '\(name)' twice")
            }
        }
        self.values = values
    }

    private static func value(_ type: UInt32, _ bytes: inout GGUFBytes, name: String) throws -> Value {
        func integer(_ value: some FixedWidthInteger) -> Value {
            Int(exactly: value).map(Value.integer) ?? .number(Double(value))
        }
        switch type {
        case 0: return integer(try bytes.number(UInt8.self))
        case 1: return integer(try bytes.number(Int8.self))
        case 2: return integer(try bytes.number(UInt16.self))
        case 3: return integer(try bytes.number(Int16.self))
        case 4: return integer(try bytes.number(UInt32.self))
        case 5: return integer(try bytes.number(Int32.self))
        case 6: return .number(Double(Float(bitPattern: try bytes.number())))
        case 7: return .flag(try bytes.number(UInt8.self) != 0)
        case 8: return .text(try bytes.text())
        case 9:
            let element: UInt32 = try bytes.number()
            guard element != 9 else { throw bytes.malformed("'\(name)' is a list of lists") }
            let count = try bytes.count(of: "values of '\(name)'", size: element == 8 ? 8 : 1)
            return .list(try (0..<count).map { _ in try value(element, &bytes, name: name) })
        case 10: return integer(try bytes.number(UInt64.self))
        case 11: return integer(try bytes.number(Int64.self))
        case 12: return .number(Double(bitPattern: try bytes.number()))
        default: throw bytes.malformed("'\(name)' has a value of type \(type), which there is not")
        }
    }

    public subscript(name: String) -> Value? { values[name] }

    public func text(_ name: String) -> String? {
        if case .text(let value) = values[name] { value } else { nil }
    }

    public func integer(_ name: String) -> Int? {
        if case .integer(let value) = values[name] { value } else { nil }
    }

    /// A number, whole or not.
    public func number(_ name: String) -> Double? {
        switch values[name] {
        case .number(let value): value
        case .integer(let value): Double(value)
        default: nil
        }
    }

    public func flag(_ name: String) -> Bool? {
        if case .flag(let value) = values[name] { value } else { nil }
    }

    /// A list of texts; nil where it is none, or holds anything else.
    public func texts(_ name: String) -> [String]? {
        guard case .list(let values) = values[name] else { return nil }
        let texts = values.compactMap { if case .text(let text) = $0 { text } else { nil } }
        return texts.count == values.count ? texts : nil
    }

    /// A list of whole numbers; nil where it is none, or holds anything else.
    public func integers(_ name: String) -> [Int]? {
        guard case .list(let values) = values[name] else { return nil }
        let integers = values.compactMap { if case .integer(let value) = $0 { value } else { nil } }
        return integers.count == values.count ? integers : nil
    }

    /// A list of numbers; nil where it is none, or holds anything else.
    public func numbers(_ name: String) -> [Double]? {
        guard case .list(let values) = values[name] else { return nil }
        let numbers = values.compactMap { value -> Double? in
            switch value {
            case .number(let value): value
            case .integer(let value): Double(value)
            default: nil
            }
        }
        return numbers.count == values.count ? numbers : nil
    }
}
