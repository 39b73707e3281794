import Foundation
import GRDB
import Results
import TestSupport
import Testing

/// Runs with compressors from elsewhere, several of one method, and with controls.
struct CompressorRunTests {
    private let folder: TemporaryFolder
    private var db: String { folder.path("results.sqlite") }

    init() throws { folder = try TemporaryFolder() }

    private func run(_ more: String...) throws -> Command {
        try Command.run(
            [
                "run", "--methods", "pic", "--ratios", "4", "--tasks", "qa", "--dataset",
                "gazette:subjects=2,documents=6,split=validation", "--limit", "24", "--latency-samples", "1",
                "--db", db,
            ] + more)
    }

    /// The bundled compressor and one that differs in what its card says about the seed.
    private func twoSeeds() throws -> String {
        let bundled = Command.repository.appendingPathComponent("Models/gazette-1m/compressors/pic")
        for name in ["pic", "pic-s2"] {
            let copy = folder.url.appendingPathComponent("seeds/\(name)")
            try FileManager.default.createDirectory(
                at: copy.deletingLastPathComponent(), withIntermediateDirectories: true)
            try FileManager.default.copyItem(at: bundled, to: copy)
        }
        let card = folder.url.appendingPathComponent("seeds/pic-s2/compressor.json")
        try String(contentsOf: card, encoding: .utf8).replacing("\"seed\" : 1", with: "\"seed\" : 2")
            .write(to: card, atomically: true, encoding: .utf8)
        // A link to one that is there already adds nothing.
        try FileManager.default.createSymbolicLink(
            at: folder.url.appendingPathComponent("seeds/pic-again"),
            withDestinationURL: folder.url.appendingPathComponent("seeds/pic"))
        return folder.path("seeds")
    }

    private func exactMatch(where condition: String) throws -> [Double] {
        try DatabaseQueue(path: db).read {
            try Double.fetchAll(
                $0,
                sql: """
                    SELECT avg(value) FROM cell JOIN sample ON cellID = cell.id
                    JOIN sampleMetric ON sampleID = sample.id
                    WHERE metric = 'em' AND role IS NULL AND \(condition) GROUP BY cell.id ORDER BY cell.id
                    """)
        }
    }

    @Test func `a ratio beyond a compressor's training is scored where that is asked for, and marked`() throws
    {
        let dataset = "gazette:subjects=2,documents=2"
        func run(_ more: String...) throws -> Command {
            try Command.run(
                [
                    "run", "--methods", "pic", "--ratios", "128", "--tasks", "qa", "--dataset", dataset,
                    "--limit", "4", "--latency-samples", "0", "--db", db,
                ] + more)
        }
        let refused = try run()
        #expect(refused.status != 0 && refused.error.contains("--beyond-training"), "\(refused.error)")
        let command = try run("--beyond-training")
        #expect(
            command.status == 0
                && command.error.contains("pic is used at 128x, beyond the 4x, 8x, 16x, 32x of its training"),
            "\(command.error)")
        #expect(
            command.output.contains("PIC at 128x: beyond the ratios of its training."), "\(command.output)")
        let board = try Command.run(["export", "markdown", "--db", db])
        #expect(board.output.contains(", beyond its training"), "\(board.output)")
    }

    @Test func `data that a compressor learned from is named, unless it is what was held out`() throws {
        let compressors = try twoSeeds()
        try FileManager.default.removeItem(at: folder.url.appendingPathComponent("seeds/pic-s2"))
        try FileManager.default.removeItem(at: folder.url.appendingPathComponent("seeds/pic-again"))
        let card = folder.url.appendingPathComponent("seeds/pic/compressor.json")
        try changeFields(of: card) {
            $0["trainedOn"] = [["dataset": "jsonl:mine.jsonl", "heldOut": "1/2"]]
        }
        let rows = (0..<60).map {
            #"{"context": "Text \#($0) is about Oslo.", "question": "What is it about?", "answers": ["Oslo"]}"#
        }
        _ = try folder.write(rows.joined(separator: "\n") + "\n", to: "mine.jsonl")
        func run(_ more: String...) throws -> Command {
            try Command.run(
                [
                    "run", "--methods", "pic", "--ratios", "4", "--tasks", "qa", "--compressors", compressors,
                    "--dataset", "jsonl=\(folder.path("mine.jsonl"))", "--latency-samples", "0", "--db", db,
                ] + more)
        }
        let seen = try run()
        #expect(
            seen.status == 0
                && seen.error.contains(
                    "pic learned from jsonl:mine.jsonl; --held-out 1/2 scores what it has not"),
            "\(seen.error)")
        let unseen = try run("--held-out", "1/2")
        #expect(unseen.status == 0 && !unseen.error.contains("learned from"), "\(unseen.error)")
        // 1/2 is no beginning of 1/20.
        let other = try run("--held-out", "1/20")
        #expect(other.status == 0 && other.error.contains("--held-out 1/2 scores"), "\(other.error)")
    }

    @Test func `every compressor that fits has a cell of its own, and a control beside it`() throws {
        let command = try run("--compressors", twoSeeds(), "--controls")
        #expect(command.status == 0, "\(command.error)")
        #expect(command.output.contains("PIC, somebody else's memories"), "\(command.output)")
        let read = try exactMatch(where: "parameters NOT LIKE '%control%'")
        let guessed = try exactMatch(where: "parameters LIKE '%\"control\":\"another-document\"%'")
        #expect(read.count == 2 && read[0] == read[1] && read[0] > 0.5, "\(read)")
        #expect(guessed.count == 2 && guessed[0] == guessed[1] && guessed[0] < 0.3, "\(guessed)")
        // The same examples: a control is a row of the same table.
        let hashes = try DatabaseQueue(path: db).read {
            try Int.fetchOne($0, sql: "SELECT count(DISTINCT datasetHash) FROM cell") ?? 0
        }
        #expect(hashes == 1)
        let again = try run("--compressors", folder.path("seeds"), "--controls")
        #expect(again.error.contains("6 cells") && again.error.contains("6 of them finished before"))
    }

    @Test func `the model's own compressors are taken one a method`() throws {
        let command = try run()
        #expect(command.status == 0, "\(command.error)")
        #expect(try exactMatch(where: "1").count == 1)
    }

    @Test func `a folder without its encoder is refused before anything is stored`() throws {
        let seeds = try twoSeeds()
        try FileManager.default.removeItem(
            at: folder.url.appendingPathComponent("seeds/pic-s2/encoder.safetensors"))
        let arguments = ["run", "--methods", "pic", "--ratios", "4", "--compressors", seeds, "--db", db]
        try expectRefusal(arguments, "seeds/pic-s2 cannot be used: encoder.safetensors is missing")
        #expect(!FileManager.default.fileExists(atPath: db))
    }

    @Test func `a card of an earlier version is renewed by the command that its error names`() throws {
        let seeds = try twoSeeds()
        let url = folder.url.appendingPathComponent("seeds/pic/compressor.json")
        let card = try String(contentsOf: url, encoding: .utf8)
        try card.replacing(/"files" : \{[^}]*\},\s*/, with: "").write(
            to: url, atomically: true, encoding: .utf8)
        let command = "picbench import compressor \(seeds)/pic"
        try expectRefusal(
            ["run", "--methods", "pic", "--ratios", "4", "--compressors", seeds, "--db", db], "'\(command)'")
        let words = command.split(separator: " ").dropFirst().map(String.init)
        #expect(try Command.run(words).output == "\(seeds)/pic: renewed\n")
        #expect(try String(contentsOf: url, encoding: .utf8) == card)
        #expect(try Command.run(words).output == "\(seeds)/pic: its card lists its files already\n")
    }
}
