import Seeding

/// A hash for each chunk of lines, as Tests/References/hashes.py writes them.
enum ChunkHashes {
    static func of(_ lines: [String], chunk: Int) -> [String] {
        stride(from: 0, to: lines.count, by: chunk).map { start in
            var hash = SHA256()
            for line in lines[start..<min(start + chunk, lines.count)] {
                for part in [Array("\(line.utf8.count) ".utf8), Array(line.utf8)] {
                    part.withUnsafeBytes { hash.update($0) }
                }
            }
            return String(hash.finish().prefix(16))
        }
    }

    static func of(_ ids: [[Int32]], chunk: Int) -> [String] {
        of(ids.map { $0.map(String.init).joined(separator: " ") }, chunk: chunk)
    }
}
