/// The small text that Git leaves in a file's place where its large files were not fetched.
public enum GitPointer {
    /// What it is and what to do.
    public static let advice = "it is Git LFS's pointer to the file; fetch the file itself with git lfs pull"

    /// Whether a file's first bytes are those of one.
    public static func isOne(_ bytes: some Sequence<UInt8>) -> Bool {
        bytes.starts(with: "version https://git-lfs.github.com/".utf8)
    }
}
