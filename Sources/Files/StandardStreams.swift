import Foundation

/// The three streams that a process begins with.
public enum StandardStreams {
    /// Makes failing writes errors of the write; to be called before anything is opened.
    public static func prepare() {
        // By default a pipe that nobody reads and a file that may not grow end the process.
        signal(SIGPIPE, SIG_IGN)
        signal(SIGXFSZ, SIG_IGN)
        MappedFile.watch()
        // The next file that is opened gets the number of a stream that is closed, and then what is meant
        // for the stream. In its place goes one that can only be used the other way round.
        for number in STDIN_FILENO...STDERR_FILENO where fcntl(number, F_GETFD) == -1 {
            _ = open("/dev/null", number == STDIN_FILENO ? O_WRONLY : O_RDONLY)
        }
    }

    /// Refuses output that goes into one of the files.
    public static func requireApart(from files: [URL]) throws {
        let streams = [STDOUT_FILENO, STDERR_FILENO].compactMap { FileIdentity(descriptor: $0) }
        for file in files where streams.contains(FileIdentity(file)) {
            throw FileError.outputIsInput(path: file.path)
        }
    }
}

/// What a command found.
public enum StandardOutput {
    /// Whether a path leads to where standard output goes, such as `/dev/stdout`.
    static func isReached(by url: URL) -> Bool {
        FileIdentity(descriptor: STDOUT_FILENO) == FileIdentity(url)
    }

    /// - Throws: `FileError.outputClosed` where its reader has ended, `outputLost` for another fault
    public static func write(_ text: String) throws {
        var text = text
        let isWritten = text.withUTF8 {
            Descriptor.write(UnsafeRawBufferPointer($0), to: STDOUT_FILENO)
        }
        guard !isWritten else { return }
        throw errno == EPIPE ? FileError.outputClosed : .outputLost(reason: FileError.systemReason)
    }
}

/// What a command says of itself: that it cannot be shown is never an error, since nothing is lost by it.
public enum StandardError {
    public static func write(_ text: String) {
        var text = text
        _ = text.withUTF8 { Descriptor.write(UnsafeRawBufferPointer($0), to: STDERR_FILENO) }
    }
}
