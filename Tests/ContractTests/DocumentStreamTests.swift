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
}
