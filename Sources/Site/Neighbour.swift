import Foundation

extension Site {
    /// Another board that the front page leads to.
    public struct Neighbour: Sendable, Equatable {
        public let name: String
        /// What it shows, in a line; may be empty.
        public let line: String
        /// Its front page, from this one's folder.
        public let path: String

        /// - Parameters:
        ///   - text: its name, with what it shows behind a colon: `SmolLM2: a real model on SQuAD`
        ///   - path: a folder or a page, relative to this site's folder
        /// - Returns: nil where the name is empty, or the path is none that a folder's copy could follow
        public init?(_ text: String, path: String) {
            let parts = text.split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false).map {
                $0.trimmingCharacters(in: .whitespaces)
            }
            guard let name = parts.first, !name.isEmpty, !path.isEmpty, !path.hasPrefix("/"),
                !path.contains(":"), !path.contains("\\")
            else { return nil }
            self.name = name
            line = parts.count > 1 ? parts[1] : ""
            // A folder's own listing would be shown where no server answers.
            self.path =
                path.hasSuffix(".html") ? path : (path.hasSuffix("/") ? path : path + "/") + "index.html"
        }

        var item: Markup {
            let address = path.addingPercentEncoding(withAllowedCharacters: .urlPathAllowed) ?? path
            return .element(
                "li", [:], .element("a", ["href": address], Markup(name)),
                Markup(line.isEmpty ? "" : ": \(line)"))
        }
    }
}
