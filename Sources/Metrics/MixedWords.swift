import Segmentation

/// Words of Chinese text without a dictionary: each Chinese character is one, and each word of other scripts.
///
/// They are those of UAX #29. LongBench takes those that jieba finds with its dictionary, which are usually two
/// characters long.
enum MixedWords {
    /// The words in lower case, without punctuation, of which LongBench counts how many an output shares.
    static func normalized(_ text: String) -> [Substring] {
        parts(of: text).compactMap { part in
            let kept = part.lowercased().unicodeScalars.filter {
                !$0.separatesWords && !punctuation.contains($0)
            }
            return kept.isEmpty ? nil : Substring(String(kept))
        }
    }

    /// The text with a space between its words and marks.
    static func spaced(_ text: String) -> String { parts(of: text).joined(separator: " ") }

    private static func parts(of text: String) -> [String] {
        let bytes = Array(text.utf8)
        return Segmentation.parts(in: text).map { String(decoding: bytes[$0.range], as: UTF8.self) }
    }

    /// As LongBench lists it: ASCII's and the Chinese.
    private static let punctuation = Set(
        (##"!"#$%&'()*+,-./:;<=>?@[\]^_`{|}~"##
            + "！？｡。＂＃＄％＆＇（）＊＋，－／：；＜＝＞＠［＼］＾＿｀｛｜｝～｟｠｢｣､、〃》「」『』【】〔〕〖〗〘〙〚〛〜〝〞〟〰〾〿–—‘’‛“”„‟…‧﹏.")
            .unicodeScalars)
}
