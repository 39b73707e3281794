/// The memory of a tensor's numbers, wherever its backend keeps them.
public protocol TensorStorage: AnyObject, Sendable {
    /// Who reads and writes it.
    var backend: any Backend { get }
    /// Where the numbers are in the program's own memory; nil for those that are elsewhere, which only their
    /// backend reaches.
    var host: UnsafeMutableRawPointer? { get }
}
