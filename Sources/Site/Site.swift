import Files
import Foundation
import Leaderboards
import Results

/// The leaderboard as a static web site, from the store alone.
///
/// It works from the file system, needs nothing from elsewhere and can be read without its script.
public struct Site {
    /// What the catalogue knows of a method and the store does not.
    public struct MethodNote: Sendable {
        public var summary: String
        public var paper: String?

        public init(summary: String, paper: String?) {
            self.summary = summary
            self.paper = paper
        }
    }

    let store: ResultStore
    let snapshot: Snapshot
    let board: Leaderboard
    let notes: [String: MethodNote]
    let attention: AttentionMaps
    typealias MethodRows = (slug: String, rows: [(section: Leaderboard.Section, row: Leaderboard.Row)])
    private let methods: [MethodRows]
    /// Names of pages, by method and parameters.
    private let slugs: [[String]: String]
    /// The most samples of a cell that are shown, worst first; nil for all.
    let mostSamples: Int?
    let neighbours: [Neighbour]

    public init(
        _ store: ResultStore, notes: [String: MethodNote] = [:], mostSamples: Int? = nil,
        beside neighbours: [Neighbour] = []
    ) throws {
        self.store = store
        self.notes = notes
        self.mostSamples = mostSamples
        self.neighbours = neighbours
        snapshot = try store.snapshot(checking: [.pages, .texts])
        board = Leaderboard(snapshot)
        attention = AttentionMaps(board, snapshot)
        methods = Self.methods(board)
        slugs = Dictionary(uniqueKeysWithValues: methods.map { (Self.key(of: $0.rows[0].row), $0.slug) })
    }

    /// Writes all files in place of an earlier export's, whose pages that are no longer part of it are removed.
    /// - Returns: the number of files
    /// - Throws: `FileError`, also where files of another origin are in the way; the folder is then as it was
    public func write(to folder: URL) throws -> Int {
        try SiteWriter.requireOwn(folder)
        var count = 0
        try FolderReplacement.write(to: folder, apartFrom: store.files) { replacement in
            var writer = SiteWriter(folder, replacement)
            try writeFiles(&writer)
            replacement.obsolete = try writer.others(in: ["methods", "cells"])
            count = writer.count
        }
        return count
    }

    private func writeFiles(_ writer: inout SiteWriter) throws {
        try writer.write(String(decoding: PackageResources.style_css, as: UTF8.self), to: "style.css")
        try writer.write(String(decoding: PackageResources.site_js, as: UTF8.self), to: "site.js")
        try writer.write(MarkdownLeaderboard.render(board), to: "leaderboard.md")
        try writer.write(CSVLeaderboard.render(board), to: "leaderboard.csv")
        try writer.write(JSONLeaderboard.render(board), to: "leaderboard.json")
        try writer.write(LaTeXLeaderboard.render(board), to: "leaderboard.tex")
        if !attention.isEmpty { try writer.write(attention.csv, to: "attention.csv") }
        try writer.write(FrontPage(site: self, curves: learningCurves()).html, to: "index.html")
        for (slug, rows) in methods {
            try writer.write(MethodPage(site: self, rows: rows).html, to: "methods/\(slug).html")
        }
        try writeCells(&writer)
    }

    /// Says what was left out, when the site has been written.
    public func requireSound() throws { try snapshot.requireSound(of: store.path) }

    /// Rows of one method with the same parameters, by the name of their page.
    private static func methods(_ board: Leaderboard) -> [MethodRows] {
        let all = board.sections.flatMap { section in section.rows.map { (section: section, row: $0) } }
        var used: Set<String> = []
        return Leaderboard.groups(all) { key(of: $0.row) }.map { rows in
            (Slug.make(of: rows[0].row.methodID, apartFrom: &used), rows)
        }
    }

    private static func key(of row: Leaderboard.Row) -> [String] { [row.methodID, row.parameters] }

    func slug(of row: Leaderboard.Row) -> String { slugs[Self.key(of: row)] ?? row.methodID }

    /// From the front page to a method's.
    func link(to row: Leaderboard.Row) -> Markup {
        .element("a", ["href": "methods/\(slug(of: row)).html"], Markup(row.method))
    }

    /// What people call a metric.
    func name(of metric: String) -> String { snapshot.metrics[metric]?.name ?? Figures.metric(metric) }

    /// Where a cell is on the board.
    struct Place {
        let row: Leaderboard.Row
        let entry: Leaderboard.Entry
        /// The name of its method's page.
        let slug: String
    }

    private func writeCells(_ writer: inout SiteWriter) throws {
        let places = board.sections.flatMap(\.rows).flatMap { row in
            row.entries.flatMap { entry in
                entry.cells.map { ($0, Place(row: row, entry: entry, slug: slug(of: row))) }
            }
        }
        let byCell = Dictionary(places) { first, _ in first }
        for cell in snapshot.cells {
            guard let place = byCell[cell.id] else { continue }
            try CellPages(site: self, cell: cell, place: place).write(&writer)
        }
    }

    /// The trainings of compressors on the board, with their points.
    private func learningCurves() throws -> [(training: TrainingRecord, points: [TrainingPoint])] {
        let shown = Set(board.trainings.map(\.outputHash))
        return try snapshot.trainings.compactMap { training in
            guard let id = training.id, let hash = training.outputHash, shown.contains(hash) else {
                return nil
            }
            return (training, try store.points(of: id))
        }
    }
}

/// Puts a site's files in its folder.
struct SiteWriter {
    private let folder: URL
    private let replacement: FolderReplacement
    private var written: Set<String> = []

    var count: Int { written.count }

    init(_ folder: URL, _ replacement: FolderReplacement) {
        self.folder = folder
        self.replacement = replacement
    }

    /// Refuses a folder whose front page, or what belongs to one, no export has written.
    static func requireOwn(_ folder: URL) throws {
        func found(_ name: String) throws -> Data? {
            try RegularFile.read(folder.appendingPathComponent(name))
        }
        if let page = try found("index.html"), Markup.isPage(page) { return }
        for name in ["index.html", "style.css", "site.js"] where try found(name) != nil {
            throw FileError.notOurs(path: folder.appendingPathComponent(name).path)
        }
    }

    /// A file that is the same as before stays, with its time of change.
    mutating func write(_ text: String, to path: String) throws {
        guard written.insert(path).inserted else { return }
        let data = Data(text.utf8)
        if try RegularFile.read(folder.appendingPathComponent(path)) != data {
            try replacement.write(data, to: path)
        }
    }

    /// Pages of earlier exports in the folder that this one did not write.
    func others(in subfolders: [String]) throws -> Set<String> {
        let pages = subfolders.flatMap { name in
            let files = try? FileManager.default.contentsOfDirectory(
                atPath: folder.appendingPathComponent(name).path)
            return (files ?? []).filter { $0.hasSuffix(".html") }.map { "\(name)/\($0)" }
        }
        return Set(
            try Set(pages).subtracting(written).filter {
                try RegularFile.read(folder.appendingPathComponent($0)).map(Markup.isPage) ?? false
            })
    }
}
