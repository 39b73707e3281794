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
        #if os(Linux)
            var status = statfs()
            guard statfs(path, &status) == 0 else { return nil }
            self.init(magic: UInt32(truncatingIfNeeded: status.f_type))
        #else
            return nil
        #endif
    }

    /// By the number that Linux has for it (`statfs(2)`).
    package init?(magic: UInt32) {
        switch magic {
        case 0x6969: self = .nfs
        case 0x0bd0_0bd0: self = .lustre
        case 0x4750_4653: self = .gpfs
        case 0xff53_4d42, 0xfe53_4d42, 0x517b: self = .smb
        case 0x00c3_6400: self = .ceph
        case 0x1983_0326: self = .beeGFS
        case _: return nil
        }
    }
}
