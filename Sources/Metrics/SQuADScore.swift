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
        let found = normalize(prediction)
        return answers(references).contains(found) ? 1 : 0
    }

    /// The harmonic mean of precision and recall over normalised words, best over the references.
    public static func f1(_ prediction: String, _ references: [String]) -> Double {
        let found = normalize(prediction)
        return answers(references).map { f1(found, $0) }.max() ?? 0
    }

    private static func f1(_ found: [Substring], _ gold: [Substring]) -> Double {
        // Where one of them holds no answer, they agree or they do not.
        if found.isEmpty || gold.isEmpty { return found == gold ? 1 : 0 }
        var counts: [Substring: Int] = [:]
        for word in gold { counts[word, default: 0] += 1 }
        var common = 0
        for word in found where counts[word, default: 0] > 0 {
            counts[word]? -= 1
            common += 1
        }
        guard common > 0 else { return 0 }
        let precision = Double(common) / Double(found.count)
        let recall = Double(common) / Double(gold.count)
        return 2 * precision * recall / (precision + recall)
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
