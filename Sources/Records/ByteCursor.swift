/// A place in a file's bytes that moves forward only; one chunk is in memory.
struct ByteCursor {
    private let file: FileBytes?
    private var buffer: [UInt8]
    private var position = 0
    private var end = 0
    /// Bytes of the file before the buffer.
    private var passed = 0
    /// From 1.
    private(set) var line = 1
    private var lineStart = 0

    init(_ file: FileBytes, chunk: Int = 1 << 18) throws {
        self.file = file
        buffer = [UInt8](repeating: 0, count: chunk)
        end = try file.read(into: &buffer)
        if buffer[..<end].starts(with: [0xef, 0xbb, 0xbf]) { position = 3 }  // a byte order mark
    }

    /// Bytes that are in memory already.
    init(_ text: String) {
        file = nil
        buffer = Array(text.utf8)
        end = buffer.count
    }

    /// Bytes behind it.
    var offset: Int { passed + position }

    /// The byte of its line, from 1.
    var column: Int { offset - lineStart + 1 }

    /// The next byte; nil behind the last.
    @inline(__always)
    mutating func peek() throws -> UInt8? {
        if position < end { return buffer[position] }
        return try refill() ? buffer[position] : nil
    }

    /// Passes the byte that `peek` showed.
    @inline(__always)
    mutating func advance() { position += 1 }

    /// Passes a line end that `peek` showed.
    mutating func advanceLine() {
        position += 1
        line += 1
        lineStart = offset
    }

    /// Passes bytes up to the first that `stops` holds of, or to the end of the chunk.
    @inline(__always)
    mutating func run(until stops: (UInt8) -> Bool) -> ArraySlice<UInt8> {
        let start = position
        while position < end, !stops(buffer[position]) { position += 1 }
        return buffer[start..<position]
    }

    /// Passes everything up to the next line, or to the end.
    mutating func skipLine() throws {
        while let byte = try peek() {
            if byte == UInt8(ascii: "\n") { return advanceLine() }
            _ = run { $0 == UInt8(ascii: "\n") }
        }
    }

    private mutating func refill() throws -> Bool {
        guard let file else { return false }
        passed += end
        position = 0
        end = try file.read(into: &buffer)
        return end > 0
    }
}
