import Files
import Foundation
import Tensors

/// Where a child writes files of tensors, and what is read of them; removed when nothing refers to it.
final class TensorFolder: Sendable {
    /// All of it, for whoever cleans up.
    let url: URL
    /// Where the child writes.
    let place: URL

    /// - Throws: `ExternalError.noFolder`
    init() throws {
        let template = FileManager.default.temporaryDirectory
            .appendingPathComponent("picbench-external-XXXXXX")
        var path = Array(template.path.utf8CString)
        guard let made = mkdtemp(&path) else { throw Self.fault }
        url = URL(fileURLWithPath: String(cString: made))
        place = url.appendingPathComponent("written")
        guard mkdir(place.path, 0o700) == 0 else {
            rmdir(url.path)
            throw Self.fault
        }
    }

    deinit { try? FileManager.default.removeItem(at: url) }

    private static var fault: ExternalError { .noFolder(reason: String(cString: strerror(errno))) }

    /// The tensors of a file that the child wrote, in memory of their own; the file is gone afterwards.
    /// - Parameters:
    ///   - name: in the folder
    ///   - limit: the most bytes
    /// - Throws: `KeptReader.Problem`, or what is wrong with the file
    func take(_ name: String, limit: Int) throws -> [String: Tensor] {
        guard !name.isEmpty, !name.hasPrefix("."), !name.contains("/"), !name.utf8.contains(0) else {
            throw KeptReader.Problem(
                "named the file '\(name)', expected a name in its folder, without a path")
        }
        let file = place.appendingPathComponent(name)
        let isLink = (try? FileManager.default.destinationOfSymbolicLink(atPath: file.path)) != nil
        guard !isLink, let written = try Descriptor.reading(file) else {
            throw KeptReader.Problem("named the file '\(name)', which is no file in its folder")
        }
        // A mapped file that its writer cuts short would end this program, so that a copy is mapped.
        let own = url.appendingPathComponent("read.safetensors")
        unlink(own.path)
        defer {
            unlink(own.path)
            unlink(file.path)
        }
        try copy(written, to: own, limit: limit, name: name)
        return try SafetensorsFile(own).allTensors().mapValues { $0.copy() }
    }

    private func copy(_ written: Descriptor, to own: URL, limit: Int, name: String) throws {
        let copy = try Descriptor.appending(own)
        var count = 0
        while case let data = try written.read(upToCount: 1 << 20), !data.isEmpty {
            count += data.count
            guard count <= limit else {
                throw KeptReader.Problem(
                    "wrote the file '\(name)' of more than \(limit) bytes, what the whole context would take")
            }
            try data.withUnsafeBytes { try copy.write($0) }
        }
    }
}
