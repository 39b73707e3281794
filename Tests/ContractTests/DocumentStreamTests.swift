import Contract
import Testing

struct DocumentStreamTests {
    private struct Naturals: DocumentReader {
        var asked = 0

        mutating func next() -> Document? {
            defer { asked += 1 }
            return asked < 3 ? Document(id: "\(asked)", text: "t", questions: []) : nil
        }

        var remarks: [String] { ["\(asked) asked"] }
    }

    @Test func `each pass starts at the first document, and holds no more than was asked for`() throws {
        let stream = DocumentStream(id: "n") { Naturals() }
        var reader = try stream.reader()
        #expect(try reader.next()?.id == "0" && reader.remarks == ["1 asked"])
        let all = try stream.dataset()
        #expect(all.documents.map(\.id) == ["0", "1", "2"] && all.remarks == ["4 asked"] && all.id == "n")
        #expect(try reader.next()?.id == "1")
    }

    @Test func `documents in memory are counted`() throws {
        let documents = [Document(id: "a", text: "t", questions: [])]
        let stream = DocumentStream(id: "m", documents: documents)
        #expect(stream.count == 1 && !stream.isShuffled)
        #expect(try stream.dataset().documents == documents && stream.dataset().remarks.isEmpty)
    }

    @Test func `folds part the groups of a dataset`() throws {
        let documents = (0..<60).map {
            Document(id: "\($0)", text: "t", questions: [], group: $0 < 40 ? "group \($0 / 4)" : nil)
        }
        let stream = DocumentStream(id: "m", documents: documents)
        let folds = try (1...3).map { try #require(Fold("\($0)/3")) }
        let parts = try folds.map { try stream.heldOut($0).dataset() }
        #expect(parts.map(\.id) == ["m,held-out=1/3", "m,held-out=2/3", "m,held-out=3/3"])
        #expect(parts.allSatisfy { $0.documents.count >= 8 })
        #expect(
            parts.flatMap(\.documents).map(\.id).sorted() == documents.map(\.id).sorted())
        for group in 0..<10 {
            #expect(parts.filter { $0.documents.contains { $0.group == "group \(group)" } }.count == 1)
        }
    }

    @Test(arguments: ["0/3", "4/3", "1/1", "1", "1/2000", "-1/3", "1/3 ", "a/b"])
    func `what is no fold is none`(_ text: String) { #expect(Fold(text) == nil) }

    @Test func `a fold without documents is named`() throws {
        let stream = DocumentStream(id: "m", documents: [Document(id: "a", text: "t", questions: [])])
        let empty = try #require(
            (1...2).lazy.compactMap { Fold("\($0)/2") }.first {
                !$0.holds(Document(id: "a", text: "", questions: []))
            })
        let error = #expect(throws: DatasetError.self) { try stream.heldOut(empty).dataset() }
        #expect(error?.description.contains("--held-out \(empty)") == true)
    }
}
