import Foundation

/// Changes the fields of a file with one JSON object.
public func changeFields(of file: URL, _ change: (inout [String: Any]) throws -> Void) throws {
    guard var fields = try JSONSerialization.jsonObject(with: Data(contentsOf: file)) as? [String: Any] else {
        throw CocoaError(.fileReadCorruptFile)
    }
    try change(&fields)
    try JSONSerialization.data(withJSONObject: fields).write(to: file)
}
