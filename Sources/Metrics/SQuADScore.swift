import Contract
import Foundation

/// Exact match and F1 by the official SQuAD v1.1 and v2.0 evaluation scripts.
public enum SQuADScore {
    /// Lower case, without ASCII punctuation and articles, single spaces.
    public static func normalize(_ text: String) -> [Substring] {
        let kept = text.lowercased().unicodeScalars.filter { !isPunctuation($0) }
        var spaced = ""
        var word = String.UnicodeScalarView()
        func flush() {
            spaced += articles.contains(String(word)) ? " " : String(word)
            word = String.UnicodeScalarView()
        }
        // `\b(a|an|the)\b`: word characters are letters, digits and the underscore.
        for scalar in kept {
            if isWordCharacter(scalar) {
                word.append(scalar)
            } else {
                flush()
                spaced.unicodeScalars.append(scalar)
            }
        }
        flush()
        return words(spaced)
    }

    /// 1 where the normalised texts agree with one of the references.
    public static func exactMatch(_ prediction: String, _ references: [String]) -> Double {
        let found = answer(prediction)
        return answers(references).contains(found) ? 1 : 0
    }

    /// 1 where the normalised words of one of the references stand in the normalised output, one behind the
    /// other: what a model says in a sentence of its own.
    public static func contains(_ prediction: String, _ references: [String]) -> Double {
        let found = answer(prediction)
        return answers(references).contains { gold in
            gold.isEmpty ? found.isEmpty : found.contains(gold)
        } ? 1 : 0
    }

    /// The harmonic mean of precision and recall over normalised words, best over the references.
    public static func f1(_ prediction: String, _ references: [String]) -> Double {
        overlap(prediction, references).f1
    }

    /// Of the normalised words of an output and the reference that it is closest to, by F1.
    public static func overlap(_ prediction: String, _ references: [String]) -> Overlap {
        let found = answer(prediction)
        return answers(references).map { Overlap(found, $0) }.max { $0.f1 < $1.f1 } ?? Overlap(found, [])
    }

    /// How many words an output shares with a reference.
    public struct Overlap {
        /// The share of the output's words that are the reference's.
        public let precision: Double
        /// The share of the reference's words that are the output's.
        public let recall: Double
        /// Their harmonic mean.
        public let f1: Double

        init(_ found: [Substring], _ gold: [Substring]) {
            // Where one of them holds no answer, they agree or they do not.
            guard !found.isEmpty, !gold.isEmpty else {
                let agrees = found == gold ? 1.0 : 0
                (precision, recall, f1) = (agrees, agrees, agrees)
                return
            }
            var counts: [Substring: Int] = [:]
            for word in gold { counts[word, default: 0] += 1 }
            var common = 0
            for word in found where counts[word, default: 0] > 0 {
                counts[word]? -= 1
                common += 1
            }
            precision = Double(common) / Double(found.count)
            recall = Double(common) / Double(gold.count)
            f1 = common == 0 ? 0 : 2 * precision * recall / (precision + recall)
        }
    }

    /// Who says that there is no answer gives the empty one.
    private static func answer(_ prediction: String) -> [Substring] {
        let found = normalize(prediction)
        return found == normalize(Item.abstention) ? [] : found
    }

    /// The official script drops references that normalise to nothing, and takes the empty answer
    /// where none is left.
    private static func answers(_ references: [String]) -> [[Substring]] {
        let sound = references.map(normalize).filter { !$0.isEmpty }
        return sound.isEmpty ? [[]] : sound
    }

    private static func words(_ text: String) -> [Substring] {
        text.unicodeScalars.split(whereSeparator: \.separatesWords).map { Substring($0) }
    }

    private static func isWordCharacter(_ scalar: Unicode.Scalar) -> Bool {
        if scalar.isASCII {
            return ("a"..."z").contains(scalar) || ("A"..."Z").contains(scalar)
                || ("0"..."9").contains(scalar) || scalar == "_"
        }
        let properties = scalar.properties
        return properties.isAlphabetic && properties.generalCategory != .nonspacingMark
            && properties.generalCategory != .spacingMark || properties.numericType != nil
    }

    private static func isPunctuation(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar {
        case "!"..."/", ":"..."@", "["..."`", "{"..."~": true
        default: false
        }
    }

    private static let articles: Set<String> = ["a", "an", "the"]
}
