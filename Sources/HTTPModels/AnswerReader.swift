import Foundation

/// Puts an answer together from the bytes of its body: events, `data: {…}` a line, or one object.
struct AnswerReader {
    private(set) var text = ""
    private(set) var tokens: Int?
    private(set) var finishReason: String?
    /// When the first of the text came.
    private(set) var first: ContinuousClock.Instant?
    private(set) var isDone = false
    /// What the server says is wrong, in the middle of an answer.
    private(set) var problem: String?
    private var line: [UInt8] = []
    private var hasEvents = false
    /// What came outside of events.
    private(set) var rest: [UInt8] = []

    /// No answer, and no message of one, is longer.
    private static let mostBytes = 64 << 20

    /// - Returns: false where it is no answer any more
    mutating func add(_ bytes: UnsafeRawBufferPointer) -> Bool {
        for byte in bytes {
            if byte == UInt8(ascii: "\n") {
                endLine()
            } else {
                line.append(byte)
            }
        }
        return line.count + rest.count + text.utf8.count <= Self.mostBytes
    }

    /// What has come is all.
    mutating func finish() {
        endLine()
        if !hasEvents, let reply = try? JSONDecoder().decode(CompletionReply.self, from: Data(rest)) {
            read(reply)
            isDone = finishReason != nil || reply.choices?.isEmpty == false
        }
    }

    private mutating func endLine() {
        defer { line.removeAll(keepingCapacity: true) }
        let mark = Array("data:".utf8)
        guard line.starts(with: mark) else {
            rest += line
            rest.append(UInt8(ascii: "\n"))
            return
        }
        hasEvents = true
        let data = line.dropFirst(mark.count).drop { $0 == UInt8(ascii: " ") }
        let text = String(decoding: data, as: UTF8.self).trimmingCharacters(in: .whitespacesAndNewlines)
        if text == "[DONE]" {
            isDone = true
        } else if let reply = try? JSONDecoder().decode(CompletionReply.self, from: Data(text.utf8)) {
            read(reply)
        } else {
            problem = problem ?? "it wrote '\(text.prefix(80))', which is no part of an answer"
        }
    }

    private mutating func read(_ reply: CompletionReply) {
        if let error = reply.error { problem = problem ?? error.words }
        tokens = reply.usage?.completionTokens ?? tokens
        guard let choice = reply.choices?.first else { return }
        let written = choice.written
        if !written.isEmpty, first == nil { first = .now }
        text += written
        finishReason = choice.finishReason ?? finishReason
    }
}
