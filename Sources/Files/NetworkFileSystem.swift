import Foundation

/// File systems that several machines mount, on which the locks of one are not always seen by the others.
public enum NetworkFileSystem: String, Sendable, CaseIterable {
    case nfs = "NFS"
    case lustre = "Lustre"
    case gpfs = "GPFS"
    case smb = "SMB"
    case ceph = "Ceph"
    case beeGFS = "BeeGFS"

    /// What a path lies on; nil for a machine's own disk and for what is not known.
    public init?(of path: String) {
        guard let mounts = try? String(contentsOfFile: "/proc/self/mounts", encoding: .utf8) else {
            return nil
        }
        self.init(of: URL(fileURLWithPath: path).resolvingSymlinksInPath().path, mounts: mounts)
    }

    /// - Parameter mounts: what Linux says of them, a line each: device, place, kind (`fstab(5)`)
    package init?(of path: String, mounts: String) {
        // The deepest place that the path is in, the last of those that were mounted there.
        var own: (place: String, kind: String)?
        for line in mounts.split(separator: "\n") {
            let words = line.split(separator: " ").map(String.init)
            guard words.count > 2 else { continue }
            let place = words[1] == "/" ? "" : words[1].replacing("\\040", with: " ")
            guard path == place || path.hasPrefix(place + "/") else { continue }
            if place.count >= own?.place.count ?? 0 { own = (place, words[2]) }
        }
        switch own?.kind {
        case "nfs", "nfs4": self = .nfs
        case "lustre": self = .lustre
        case "gpfs": self = .gpfs
        case "cifs", "smb3": self = .smb
        case "ceph", "fuse.ceph": self = .ceph
        case "beegfs": self = .beeGFS
        case _: return nil
        }
    }
}
