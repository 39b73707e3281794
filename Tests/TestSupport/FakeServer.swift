import Foundation
import Synchronization

/// A small HTTP server on loopback that does what a test tells it to.
public final class FakeServer: Sendable {
    /// What came.
    public struct Request: Sendable {
        public let method, path: String
        /// Names in small letters.
        public let headers: [String: String]
        public let body: String

        /// The body as JSON.
        public var json: [String: Any] {
            (try? JSONSerialization.jsonObject(with: Data(body.utf8))) as? [String: Any] ?? [:]
        }
    }

    /// What is done with a connection, one behind the other; it is closed at the end.
    public enum Action: Sendable {
        case send(String)
        case pause(Double)

        /// A whole answer.
        public static func answer(_ status: Int, _ body: String, headers: [String] = []) -> Action {
            let lines =
                ["HTTP/1.1 \(status) S", "Content-Length: \(body.utf8.count)", "Connection: close"] + headers
            return .send(lines.joined(separator: "\r\n") + "\r\n\r\n" + body)
        }

        /// Where events follow.
        public static let beginsEvents = Action.send(
            "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nConnection: close\r\n\r\n")
    }

    public let port: Int
    public var address: String { "http://127.0.0.1:\(port)/v1" }
    private let listener: Int32
    private let isClosed = Mutex(false)
    private let log = Mutex<[Request]>([])

    /// Everything that came so far.
    public var requests: [Request] { log.withLock { $0 } }

    /// - Parameters:
    ///   - port: 0 for a free one
    ///   - respond: from any thread; its number counts requests from 0
    public init(port: Int = 0, respond: @escaping @Sendable (Request, Int) -> [Action]) throws {
        listener = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        var yes: Int32 = 1
        setsockopt(listener, SOL_SOCKET, SO_REUSEADDR, &yes, socklen_t(MemoryLayout<Int32>.size))
        var place = sockaddr_in()
        place.sin_family = sa_family_t(AF_INET)
        place.sin_port = in_port_t(port).bigEndian
        place.sin_addr.s_addr = inet_addr("127.0.0.1")
        var size = socklen_t(MemoryLayout<sockaddr_in>.size)
        let listener = listener
        let isBound = withUnsafeMutablePointer(to: &place) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) { place in
                bind(listener, place, size) == 0 && listen(listener, 64) == 0
                    && getsockname(listener, place, &size) == 0
            }
        }
        guard isBound else { throw CocoaError(.fileNoSuchFile) }
        self.port = Int(in_port_t(bigEndian: place.sin_port))
        Thread.detachNewThread { [self] in
            while true {
                let connection = accept(listener, nil, nil)
                guard connection >= 0, !isClosed.withLock({ $0 }) else { break }
                Thread.detachNewThread { [self] in
                    serve(connection, respond)
                    close(connection)
                }
            }
        }
    }

    /// Nobody answers any more.
    public func stop() {
        isClosed.withLock { $0 = true }
        shutdown(listener, Int32(SHUT_RDWR))
        close(listener)
    }

    private func serve(_ connection: Int32, _ respond: (Request, Int) -> [Action]) {
        guard let request = Self.read(connection) else { return }
        let number = log.withLock { log in
            log.append(request)
            return log.count - 1
        }
        for action in respond(request, number) {
            switch action {
            case .pause(let seconds): Thread.sleep(forTimeInterval: seconds)
            case .send(let text):
                var bytes = Array(text.utf8)[...]
                while !bytes.isEmpty {
                    let count = bytes.withUnsafeBytes {
                        send(connection, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL))
                    }
                    guard count > 0 else { return }
                    bytes = bytes.dropFirst(count)
                }
            }
        }
    }

    private static func read(_ connection: Int32) -> Request? {
        var bytes: [UInt8] = []
        var part = [UInt8](repeating: 0, count: 1 << 16)
        let end = Array("\r\n\r\n".utf8)
        while true {
            if let place = bytes.firstRange(of: end) {
                let lines = String(decoding: bytes[..<place.lowerBound], as: UTF8.self)
                    .components(separatedBy: "\r\n")
                var headers: [String: String] = [:]
                for line in lines.dropFirst() {
                    let sides = line.split(separator: ":", maxSplits: 1)
                    if sides.count == 2 {
                        headers[sides[0].lowercased()] = sides[1].trimmingCharacters(in: .whitespaces)
                    }
                }
                let length = headers["content-length"].flatMap(Int.init) ?? 0
                if bytes.count >= place.upperBound + length {
                    let words = lines[0].split(separator: " ")
                    return Request(
                        method: String(words[0]), path: String(words[1]), headers: headers,
                        body: String(
                            decoding: bytes[place.upperBound..<place.upperBound + length], as: UTF8.self))
                }
            }
            let count = recv(connection, &part, part.count, 0)
            guard count > 0 else { return nil }
            bytes += part[..<count]
        }
    }
}

/// A server that answers as OpenAI's interface has it.
extension FakeServer {
    /// Events of an answer, a word each.
    public static func events(_ text: String, chat: Bool = false, finish: String = "stop") -> [Action] {
        func chunk(_ part: String, _ finish: String) -> String {
            chat
                ? "{\"choices\":[{\"delta\":{\"content\":\(quoted(part))},\"finish_reason\":\(finish)}]}"
                : "{\"choices\":[{\"text\":\(quoted(part)),\"finish_reason\":\(finish)}]}"
        }
        let words = text.split(separator: " ", omittingEmptySubsequences: false).map(String.init)
        let parts = words.enumerated().map { ($0 > 0 ? " " : "") + $1 }
        return [.beginsEvents] + parts.map { .send("data: \(chunk($0, "null"))\n\n") } + [
            .send("data: \(chunk("", "\"\(finish)\""))\n\n"),
            .send("data: {\"choices\":[],\"usage\":{\"completion_tokens\":\(parts.count)}}\n\n"),
            .send("data: [DONE]\n\n"),
        ]
    }

    /// A text as JSON.
    public static func quoted(_ text: String) -> String {
        String(decoding: (try? JSONEncoder().encode(text)) ?? Data(), as: UTF8.self)
    }

    /// `/models` with one model.
    public static let oneModel = Action.answer(200, "{\"data\":[{\"id\":\"org/tiny\",\"object\":\"model\"}]}")
    /// What a server says that repeats no prompts.
    public static let repeatsNothing = Action.answer(
        400, "{\"error\":{\"message\":\"echo is not supported\"}}")
}
