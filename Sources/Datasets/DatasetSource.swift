import Foundation

/// Data as users name it: `gazette`, `gazette:subjects=4,documents=20,seed=3,split=validation` or
/// `squad=PATH`. Gazette documents are the test split's by default.
public enum DatasetSource {
    public static func open(_ text: String) throws -> Dataset {
        if let path = value(of: "squad=", in: text) {
            return try SQuADReader.read(URL(fileURLWithPath: path))
        }
        if text == "gazette" { return try gazette([:], .test) }
        if let options = value(of: "gazette:", in: text) {
            var fields: [String: Int] = [:]
            var split = Gazette.Split.test
            for option in options.split(separator: ",") {
                let sides = option.split(separator: "=").map(String.init)
                if sides.count == 2, sides[0] == "split", let named = Gazette.Split(rawValue: sides[1]) {
                    split = named
                    continue
                }
                guard sides.count == 2, gazetteDefaults[sides[0]] != nil, let number = Int(sides[1]),
                    number > 0
                else {
                    throw DatasetError.badOption(
                        dataset: "gazette", option: String(option),
                        expected: "subjects, documents or seed with a positive number, "
                            + "or split=train, validation or test")
                }
                fields[sides[0]] = number
            }
            return try gazette(fields, split)
        }
        if text == "squad" {
            throw DatasetError.badOption(dataset: "squad", option: "", expected: "its file, squad=PATH")
        }
        throw DatasetError.unknownFormat(text, known: ["gazette", "squad=PATH"])
    }

    private static let gazetteDefaults = ["subjects": 8, "documents": 50, "seed": 1]

    private static func gazette(_ options: [String: Int], _ split: Gazette.Split) throws -> Dataset {
        let o = gazetteDefaults.merging(options) { _, new in new }
        let subjects = o["subjects"] ?? 8
        guard subjects <= Gazette.mostSubjects else {
            throw DatasetError.badOption(
                dataset: "gazette", option: "subjects=\(subjects)", expected: "1 to \(Gazette.mostSubjects)")
        }
        return Gazette(split: split).dataset(
            subjects: [subjects], documents: o["documents"] ?? 50, seed: UInt64(o["seed"] ?? 1))
    }

    private static func value(of prefix: String, in text: String) -> String? {
        text.hasPrefix(prefix) ? String(text.dropFirst(prefix.count)) : nil
    }
}
