/// The release that this source tree is.
public enum Version {
    public static let current = "0.1.0"

    /// `0.1.0 (revision 0123456789ab)` of what is installed; a checkout says by itself which revision it is.
    static var text: String { current + (Machine.installedRevision.map { " (revision \($0))" } ?? "") }
}
