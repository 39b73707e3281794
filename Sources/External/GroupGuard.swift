import Foundation

/// A shell that waits for this process to end, in whatever way, and then ends a child's process group.
///
/// A child that is computing, or waiting for something else, does not see that its standard input was closed. The
/// shell's own is a pipe that nothing is written to: it ends where this process does, be it by SIGKILL.
struct GroupGuard {
    private let shell: StartedProcess

    private static let script = """
        read -r _
        kill -s KILL -- "-$0" 2>/dev/null
        [ -z "$1" ] || rm -rf -- "$1"
        """

    /// - Parameters:
    ///   - group: the number of a child that leads a group
    ///   - leftover: a folder that nobody else would remove
    /// - Returns: nil where there is no shell; the child then has to watch its standard input
    init?(of group: pid_t, leftover: URL?) {
        let words = ["/bin/sh", "-c", Self.script, "\(group)", leftover?.path ?? ""]
        let root = URL(fileURLWithPath: "/")
        guard let shell = try? StartedProcess.start(words, in: root) else { return nil }
        self.shell = shell
    }

    /// Ends it, while the group's number is the child's.
    func dismiss() {
        kill(shell.id, SIGKILL)
        var status: Int32 = 0
        while waitpid(shell.id, &status, 0) < 0, errno == EINTR {}
    }
}
