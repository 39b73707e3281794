import Foundation

/// An open file or folder; closed when nothing refers to it.
public final class Descriptor {
    public let number: Int32
    private let path: String

    private init(_ number: Int32, path: String) {
        self.number = number
        self.path = path
    }

    deinit { close(number) }

    /// Opens a regular file for reading; anything else is refused, and not waited for.
    /// - Returns: nil where there is nothing
    public static func reading(_ url: URL) throws -> Descriptor? {
        // Without O_NONBLOCK, opening a FIFO waits for somebody who writes to it.
        let number = open(url.path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
        guard number >= 0 else {
            if errno == ENOENT || errno == ENOTDIR { return nil }
            // Sockets and some devices cannot be opened.
            let reason = FileError.systemReason
            try RegularFile.require(url)
            throw FileError.unreadable(path: url.path, reason: reason)
        }
        let file = Descriptor(number, path: url.path)
        let kind = FileKind(mode: try file.status().st_mode)
        guard kind == .file else {
            throw FileError.wrongKind(path: url.path, found: kind, expected: .file)
        }
        return file
    }

    /// Opens a regular file for writing behind its end.
    public static func appending(_ url: URL) throws -> Descriptor {
        let number = open(url.path, O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC | O_NONBLOCK, 0o666)
        guard number >= 0 else {
            throw FileError.unwritable(path: url.path, reason: FileError.systemReason)
        }
        return Descriptor(number, path: url.path)
    }

    /// Opens a pipe, a terminal or another device for writing; a pipe that nobody reads is refused, and not waited
    /// for.
    static func streaming(_ url: URL) throws -> Descriptor {
        let number = open(url.path, O_WRONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK)
        guard number >= 0 else {
            let reason = errno == ENXIO ? "nobody reads from it" : FileError.systemReason
            throw FileError.unwritable(path: url.path, reason: reason)
        }
        return Descriptor(number, path: url.path)
    }

    /// Another number for the same file, which whoever gets it closes.
    public func duplicate() throws -> Int32 {
        let other = fcntl(number, F_DUPFD_CLOEXEC, 0)
        guard other >= 0 else { throw FileError.unreadable(path: path, reason: FileError.systemReason) }
        return other
    }

    /// Bytes of the file.
    public func byteCount() throws -> Int { Int(try status().st_size) }

    func status() throws -> stat {
        var status = stat()
        guard fstat(number, &status) == 0 else {
            throw FileError.unreadable(path: path, reason: FileError.systemReason)
        }
        return status
    }

    /// The whole content, from where it stands.
    func readToEnd() throws -> Data {
        var data = Data(count: try byteCount() + 1)
        var count = 0
        while true {
            if count == data.count { data.count *= 2 }
            let got = try data.withUnsafeMutableBytes { try read(into: $0[count...]) }
            if got == 0 { return data.prefix(count) }
            count += got
        }
    }

    /// The next bytes, at most `count`; none at the end.
    public func read(upToCount count: Int) throws -> Data {
        var data = Data(count: count)
        let got = try data.withUnsafeMutableBytes { try read(into: $0[...]) }
        return data.prefix(got)
    }

    private func read(into bytes: Slice<UnsafeMutableRawBufferPointer>) throws -> Int {
        let rest = UnsafeMutableRawBufferPointer(rebasing: bytes)
        while true {
            let count = Foundation.read(number, rest.baseAddress, rest.count)
            if count >= 0 { return count }
            guard errno == EINTR else {
                throw FileError.unreadable(path: path, reason: FileError.systemReason)
            }
        }
    }

    /// Writes all of it.
    /// - Throws: `FileError.outputClosed` for a pipe whose reader has ended, `unwritable` for another fault
    public func write(_ bytes: UnsafeRawBufferPointer) throws {
        guard !Self.write(bytes, to: number) else { return }
        throw errno == EPIPE
            ? FileError.outputClosed : .unwritable(path: path, reason: FileError.systemReason)
    }

    /// Writes all of a text, in UTF-8.
    public func write(_ text: String) throws {
        var text = text
        try text.withUTF8 { try write(UnsafeRawBufferPointer($0)) }
    }

    /// Has the owner and the permissions of the file that it is to replace, where there is one.
    func takeOver(from url: URL) {
        var old = stat()
        guard stat(url.path, &old) == 0 else { return }
        // Whose it was only root can keep.
        _ = fchown(number, old.st_uid, old.st_gid)
        _ = fchmod(number, old.st_mode & 0o777)
    }

    /// Waits until what was written is on disk.
    func synchronize() throws {
        // Some file systems cannot do it for folders.
        guard fsync(number) == 0 || errno == EINVAL || errno == ENOTSUP else {
            throw FileError.unwritable(path: path, reason: FileError.systemReason)
        }
    }

    /// Writes all of it to an open file; where that fails, `errno` says why.
    static func write(_ bytes: UnsafeRawBufferPointer, to number: Int32) -> Bool {
        var rest = bytes[...]
        while let start = UnsafeRawBufferPointer(rebasing: rest).baseAddress, !rest.isEmpty {
            // Linux writes at most 2 GiB at a time.
            let count = Foundation.write(number, start, min(rest.count, 1 << 30))
            if count >= 0 {
                rest = rest.dropFirst(count)
            } else if errno == EAGAIN {
                // A pipe or a terminal that somebody else set to return at once.
                var wanted = pollfd(fd: number, events: Int16(POLLOUT), revents: 0)
                _ = poll(&wanted, 1, -1)
            } else if errno != EINTR {
                return false
            }
        }
        return true
    }
}

extension Descriptor {
    /// Waits until the names in a folder are on disk.
    static func synchronize(folder url: URL) throws {
        let number = open(url.path, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        if number >= 0 { return try Descriptor(number, path: url.path).synchronize() }
        // One that may be written to and not be read is left to the system.
        guard errno == EACCES else {
            throw FileError.unwritable(path: url.path, reason: FileError.systemReason)
        }
    }

    /// Makes or opens a file or a folder that one process at a time has, as long as it has it open.
    ///
    /// What a process left that was killed is had by the next one, as it was left.
    /// - Parameters:
    ///   - asFolder: what is made where there is nothing
    ///   - target: what is written by whoever has it, for the error
    static func claim(_ url: URL, asFolder: Bool, for target: URL) throws -> Descriptor {
        // Others may take it and leave it any number of times meanwhile, but not for ever.
        for _ in 0..<100 {
            // Closed to others: what is in it may replace what they may not read.
            if asFolder, mkdir(url.path, 0o700) != 0, errno != EEXIST {
                throw FileError.unwritable(path: target.path, reason: FileError.systemReason)
            }
            let number =
                asFolder
                ? open(url.path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC)
                : open(url.path, O_RDWR | O_CREAT | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC, 0o666)
            guard number >= 0 else {
                throw FileError.unwritable(path: target.path, reason: FileError.systemReason)
            }
            let claimed = Descriptor(number, path: url.path)
            let status = try claimed.status()
            // Somebody else's file that got the name is not written into.
            if !asFolder, FileKind(mode: status.st_mode) != .file || status.st_nlink > 1 {
                guard unlink(url.path) == 0 else {
                    throw FileError.unwritable(path: url.path, reason: FileError.systemReason)
                }
                continue
            }
            // File systems without locks have one writer, or the last one wins.
            if flock(number, LOCK_EX | LOCK_NB) != 0, errno == EWOULDBLOCK {
                throw FileError.busy(path: target.path)
            }
            // Who had it before may have put it in its place while it was opened.
            var there = stat()
            if lstat(url.path, &there) == 0, FileIdentity(there) == FileIdentity(status) { return claimed }
        }
        throw FileError.busy(path: target.path)
    }
}
