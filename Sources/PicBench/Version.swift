/// The release that this source tree is.
public enum Version {
    public static let current = "0.1.0"
}
