import Foundation
import Testing

/// What Tests/References/segmentation.py wrote.
func fixture<Value: Decodable>(_ name: String, as _: Value.Type) throws -> Value {
    let url = try #require(Bundle.module.url(forResource: "Fixtures/\(name)", withExtension: "json"))
    return try JSONDecoder().decode(Value.self, from: Data(contentsOf: url))
}

/// The stretches of a text at ranges of UTF-8 offsets.
func pieces(of text: String, at ranges: [Range<Int>]) -> [String] {
    let bytes = Array(text.utf8)
    return ranges.map { String(decoding: bytes[$0], as: UTF8.self) }
}
