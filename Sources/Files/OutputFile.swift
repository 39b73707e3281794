import Foundation

/// Where users want a command's output: a regular file is replaced when it is whole; a pipe, a terminal or another
/// device is written into, since there is nothing to be kept.
public enum OutputFile {
    /// Runs `body` with a function that writes text to the output.
    /// - Throws: `FileError`, or what `body` throws; a regular file is then as it was
    public static func write(to url: URL, _ body: ((String) throws -> Void) throws -> Void) throws {
        // What stands in a file that standard output is appended to stays.
        if StandardOutput.isReached(by: url) { return try body(StandardOutput.write) }
        switch try FileKind(of: url) {
        case .fifo, .device:
            let stream = try Descriptor.streaming(url)
            try body { try stream.write($0) }
        case .nothing, .file, .folder, .socket, .disk:
            try Folder.requireAround(url.throughLinks)
            try FileReplacement.write(to: url) { file in try body { try file.write($0) } }
        }
    }
}
