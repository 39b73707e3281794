import Foundation

/// A piece of HTML or SVG. Texts are escaped when they become one; nothing else makes one of a text.
struct Markup: ExpressibleByStringInterpolation {
    private(set) var html: String

    /// A text: `<` is shown, never read.
    init(_ text: String) { html = Self.escaped(text) }

    init(stringLiteral value: String) { self.init(value) }

    fileprivate init(html: String) { self.html = html }

    static let empty = Markup(html: "")

    /// An element; attributes in the order given, those that are nil left out.
    static func element(
        _ name: String, _ attributes: KeyValuePairs<String, String?> = [:], _ children: Markup...
    ) -> Markup {
        element(name, attributes, children)
    }

    static func element(
        _ name: String, _ attributes: KeyValuePairs<String, String?> = [:], _ children: [Markup]
    ) -> Markup {
        var html = "<\(name)"
        for case (let key, let value?) in attributes { html += " \(key)=\"\(escaped(value))\"" }
        html += ">"
        if void.contains(name) { return Markup(html: html) }
        for child in children { html += child.html }
        return Markup(html: html + "</\(name)>")
    }

    static func joined(_ parts: [Markup], separator: String = "") -> Markup {
        Markup(html: parts.map(\.html).joined(separator: escaped(separator)))
    }

    /// A whole page. The style sheet and the script are files beside the front page; without the
    /// script everything can be read.
    /// - Parameters:
    ///   - root: the way to the site's folder, such as `../`
    ///   - way: links from the front page to here; none on the front page
    static func page(title: String, root: String, way: [Markup] = [], _ body: [Markup]) -> String {
        let head = element(
            "head", [:],
            element("meta", ["charset": "utf-8"]), maker,
            element("meta", ["name": "viewport", "content": "width=device-width, initial-scale=1"]),
            element("title", [:], Markup(title)),
            element("link", ["rel": "stylesheet", "href": root + "style.css"]),
            // No picture of its own, and no request for one.
            element("link", ["rel": "icon", "href": "data:,"]),
            element("script", ["src": root + "site.js", "defer": ""]))
        let home = root.isEmpty ? Markup("picbench") : element("a", ["href": root + "index.html"], "picbench")
        let header = element(
            "header", [:],
            element(
                "nav", ["aria-label": "You are here"],
                .joined([element("b", [:], home)] + way, separator: " / ")))
        return "<!DOCTYPE html>\n"
            + element(
                "html", ["lang": "en"], head, element("body", [:], header, element("main", [:], body))
            ).html + "\n"
    }

    private static let maker = element("meta", ["name": "generator", "content": "picbench"])

    /// Whether a file is a page that an export has written.
    static func isPage(_ data: Data) -> Bool {
        // What is before the title is no user's text.
        String(decoding: data.prefix(300), as: UTF8.self).contains(maker.html)
    }

    static func escaped(_ text: String) -> String {
        var result = ""
        result.reserveCapacity(text.utf8.count)
        for scalar in text.unicodeScalars {
            switch scalar {
            case "&": result += "&amp;"
            case "<": result += "&lt;"
            case ">": result += "&gt;"
            case "\"": result += "&quot;"
            // Control characters are not allowed in HTML, whatever a model writes.
            case "\u{0}"..."\u{8}", "\u{b}", "\u{c}", "\u{e}"..."\u{1f}", "\u{7f}"..."\u{9f}":
                result += "\u{fffd}"
            case _: result.unicodeScalars.append(scalar)
            }
        }
        return result
    }

    private static let void: Set<String> = ["meta", "link", "br", "input"]
}
