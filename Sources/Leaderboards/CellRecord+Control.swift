import Foundation
import Results

extension CellRecord {
    /// What a method was scored with in place of the document's own memories; nil where it was scored as it is.
    var control: String? { fields["control"] as? String }

    /// The method's parameters without a control, the same for both.
    var plainParameters: String {
        var fields = fields
        fields["control"] = nil
        return Self.canonical(fields)
    }

    private var fields: [String: Any] {
        (try? JSONSerialization.jsonObject(with: Data(parameters.utf8))) as? [String: Any] ?? [:]
    }

    /// The same text for the same fields.
    static func canonical(_ fields: [String: Any]) -> String {
        let data = try? JSONSerialization.data(
            withJSONObject: fields, options: [.sortedKeys, .withoutEscapingSlashes])
        return data.map { String(decoding: $0, as: UTF8.self) } ?? ""
    }
}
