import CCurl
import Foundation
import Synchronization

/// Exchanges over HTTP, by libcurl. From any thread; connections are kept and used again.
final class HTTPClient: Sendable {
    /// What is sent: JSON, or nothing.
    struct Request: Sendable {
        let address: String
        /// Nil for a GET.
        var body: Data?
        /// Lines such as `Authorization: …`.
        var headers: [String] = []
    }

    /// How an answer begins.
    struct Head: Sendable {
        let status: Int
        /// Names in small letters.
        let headers: [String: String]
    }

    private let idle = Mutex<[Handle]>([])
    /// How long a server may say nothing, in seconds.
    private let silence: Int

    /// Once a process.
    private static let isReady: Bool = curl_global_init(Int(CURL_GLOBAL_DEFAULT)) == CURLE_OK

    init(silence: Int) {
        self.silence = silence
        precondition(Self.isReady, "libcurl does not start")
    }

    /// Sends a request and hands on what comes back.
    /// - Parameter receive: given the bytes of the answer as they come; false for no more
    /// - Throws: `HTTPFailure.connection` where there is no answer, or it ends early
    func send(
        _ request: Request, receive: @escaping (UnsafeRawBufferPointer) -> Bool
    ) throws(HTTPFailure) -> Head {
        guard let handle = idle.withLock({ $0.popLast() }) ?? Handle() else {
            throw .connection("libcurl has no memory")
        }
        let head = try handle.send(request, silence: silence, receive: receive)
        // A handle of a broken exchange is not used again.
        idle.withLock { $0.append(handle) }
        return head
    }
}

/// A connection, or several that were used one after the other.
///
/// `@unchecked Sendable`: whoever has taken it out of the list is alone with it.
private final class Handle: @unchecked Sendable {
    private let curl: OpaquePointer

    init?() {
        guard let made = curl_easy_init() else { return nil }
        curl = OpaquePointer(made)
    }

    deinit { curl_easy_cleanup(UnsafeMutableRawPointer(curl)) }

    /// What the callbacks write to.
    private final class Reception {
        var headers: [String: String] = [:]
        let receive: (UnsafeRawBufferPointer) -> Bool

        init(_ receive: @escaping (UnsafeRawBufferPointer) -> Bool) { self.receive = receive }
    }

    func send(
        _ request: HTTPClient.Request, silence: Int, receive: @escaping (UnsafeRawBufferPointer) -> Bool
    ) throws(HTTPFailure) -> HTTPClient.Head {
        let handle = UnsafeMutableRawPointer(curl)
        curl_easy_reset(handle)
        let reception = Reception(receive)
        var list: UnsafeMutablePointer<curl_slist>?
        defer { curl_slist_free_all(list) }
        let headers = request.headers + (request.body == nil ? [] : ["Content-Type: application/json"])
        // Nobody waits to be told to go on with a long prompt.
        for header in headers + ["Expect:"] { list = curl_slist_append(list, header) }
        _ = curl_set_text(handle, CURLOPT_URL, request.address)
        _ = curl_set_headers(handle, list)
        // Signals belong to the program.
        _ = curl_set_number(handle, CURLOPT_NOSIGNAL, 1)
        _ = curl_set_number(handle, CURLOPT_CONNECTTIMEOUT, min(10, silence))
        _ = curl_set_number(handle, CURLOPT_LOW_SPEED_LIMIT, 1)
        _ = curl_set_number(handle, CURLOPT_LOW_SPEED_TIME, silence)
        _ = curl_set_number(handle, CURLOPT_TCP_NODELAY, 1)
        let context = Unmanaged.passUnretained(reception).toOpaque()
        _ = curl_set_receiver(
            handle,
            { bytes, size, count, context in
                guard let bytes, let context else { return 0 }
                let reception = Unmanaged<Reception>.fromOpaque(context).takeUnretainedValue()
                let length = size * count
                return reception.receive(UnsafeRawBufferPointer(start: bytes, count: length)) ? length : 0
            }, context)
        _ = curl_set_header_receiver(
            handle,
            { bytes, size, count, context in
                guard let bytes, let context else { return 0 }
                let reception = Unmanaged<Reception>.fromOpaque(context).takeUnretainedValue()
                let line = String(
                    decoding: UnsafeRawBufferPointer(start: bytes, count: size * count), as: UTF8.self)
                let sides = line.split(separator: ":", maxSplits: 1)
                if sides.count == 2 {
                    let value = sides[1].trimmingCharacters(in: .whitespacesAndNewlines)
                    reception.headers[sides[0].lowercased()] = value
                }
                return size * count
            }, context)
        let code: CURLcode
        if let body = request.body {
            _ = curl_set_number(handle, CURLOPT_POST, 1)
            _ = curl_set_number(handle, CURLOPT_POSTFIELDSIZE, body.count)
            // The bytes are read while it sends.
            code = body.withUnsafeBytes { bytes in
                _ = curl_set_text(
                    handle, CURLOPT_POSTFIELDS, bytes.baseAddress?.assumingMemoryBound(to: CChar.self))
                return curl_easy_perform(handle)
            }
        } else {
            code = curl_easy_perform(handle)
        }
        withExtendedLifetime(reception) {}
        guard code == CURLE_OK else { throw .connection(Self.words(for: code, silence: silence)) }
        var status = 0
        _ = curl_get_number(handle, CURLINFO_RESPONSE_CODE, &status)
        return HTTPClient.Head(status: status, headers: reception.headers)
    }

    private static func words(for code: CURLcode, silence: Int) -> String {
        switch code {
        case CURLE_OPERATION_TIMEDOUT: "it said nothing for \(silence) seconds"
        case CURLE_WRITE_ERROR: "its answer is longer than any answer"
        case CURLE_COULDNT_CONNECT: "nobody answers there"
        case CURLE_PARTIAL_FILE:
            "its answer broke off (a server that answers one prompt at a time needs --requests 1)"
        case _: String(cString: curl_easy_strerror(code))
        }
    }
}
