import Files
import Testing

struct NetworkFileSystemTests {
    @Test func `a path lies on what is mounted deepest above it`() {
        let mounts = """
            /dev/vda1 / ext4 rw 0 0
            server:/home /home nfs4 rw 0 0
            /dev/vdb /home/me/local\\040disk xfs rw 0 0
            10.0.0.1@tcp:/scratch /scratch lustre rw 0 0
            tmpfs /scratch/fast tmpfs rw 0 0
            """
        func system(of path: String) -> NetworkFileSystem? { NetworkFileSystem(of: path, mounts: mounts) }
        #expect(system(of: "/home/me/results.sqlite") == .nfs && system(of: "/scratch/r.sqlite") == .lustre)
        #expect(system(of: "/home/me/local disk/r.sqlite") == nil && system(of: "/scratch/fast/r") == nil)
        #expect(system(of: "/homework/r") == nil && system(of: "/r") == nil && system(of: "/home") == .nfs)
        #expect(NetworkFileSystem(of: "/x", mounts: "") == nil)
    }
}
