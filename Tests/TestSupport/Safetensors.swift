import Foundation

/// A safetensors file of a header as it is written and the bytes of its tensors, sound or not.
public func safetensors(header: some Sequence<UInt8>, _ tensors: Data = Data()) -> Data {
    let header = Data(header)
    return withUnsafeBytes(of: UInt64(header.count).littleEndian) { Data($0) } + header + tensors
}
