import Foundation
import Synchronization

/// A mapped file may be cut short while it is read: reading on is then a signal and no error, which can only be said
/// and not be mended.
extension MappedFile {
    /// Says so in one line, and ends the process; to be called once.
    static func watch() {
        // Made here, and not in the handler.
        isSaid.store(false, ordering: .relaxed)
        var action = sigaction()
        action.sa_flags = SA_SIGINFO
        #if canImport(Darwin)
            action.__sigaction_u.__sa_sigaction = { _, info, _ in MappedFile.sayAndEnd(info?.pointee.si_addr)
            }
        #else
            action.__sigaction_handler.sa_sigaction = { _, info, _ in
                MappedFile.sayAndEnd(info?.pointee._sifields._sigfault.si_addr)
            }
        #endif
        sigaction(SIGBUS, &action, nil)
    }

    /// Notes where a file is, for as long as the process lives: few are mapped, and their places may be asked for at
    /// any instruction.
    static func note(_ pointer: UnsafeMutableRawPointer, count: Int, path: String) {
        let place = UnsafeMutablePointer<Place>.allocate(capacity: 1)
        place.initialize(
            to: Place(first: UInt(bitPattern: pointer), count: UInt(count), path: strdup(path), next: nil))
        lock.withLock { _ in
            place.pointee.next = UnsafeMutablePointer(bitPattern: last.load(ordering: .relaxed))
            last.store(UInt(bitPattern: place), ordering: .releasing)
        }
    }

    private struct Place {
        let first, count: UInt
        let path: UnsafeMutablePointer<CChar>?
        var next: UnsafeMutablePointer<Place>?
    }

    private static let lock = Mutex(())
    /// The address of the last place, the newest of a list.
    private static let last = Atomic<UInt>(0)
    /// Whether a thread is saying it already: others come upon the same end of the file at the same time.
    private static let isSaid = Atomic<Bool>(false)

    /// Nothing but what a signal's handler may do.
    private static func sayAndEnd(_ address: UnsafeMutableRawPointer?) -> Never {
        func say(_ text: StaticString) {
            _ = Foundation.write(STDERR_FILENO, text.utf8Start, text.utf8CodeUnitCount)
        }
        while isSaid.exchange(true, ordering: .acquiringAndReleasing) { pause() }
        say("Error: ")
        let address = UInt(bitPattern: address)
        var place = UnsafeMutablePointer<Place>(bitPattern: last.load(ordering: .acquiring))
        while let here = place, address &- here.pointee.first >= here.pointee.count {
            place = here.pointee.next
        }
        if let path = place?.pointee.path {
            _ = Foundation.write(STDERR_FILENO, path, strlen(path))
            say(" was cut short, or cannot be read from its disk,")
        } else {
            say("a file was cut short")
        }
        say(" while it was read; write it again, and run the same command: what was stored is kept\n")
        _exit(1)
    }
}
