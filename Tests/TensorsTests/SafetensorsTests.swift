import Foundation
import Tensors
import Testing
import TestSupport

struct SafetensorsTests {
    private let folder = temporaryPath("safetensors")

    init() throws {
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    }

    @Test func `what is written is read`() throws {
        let url = folder.appendingPathComponent("a.safetensors")
        let a = Tensor([1, -2, 3.5, 0, .pi, 6], shape: [2, 3])
        try SafetensorsFile.write(
            ["a": a, "empty": Tensor(shape: [0, 4])], metadata: ["step": "7"], to: url)
        let file = try SafetensorsFile(url)
        #expect(file.tensors["a"]?.values == a.values)
        #expect(file.tensors["a"]?.shape == [2, 3])
        #expect(file.tensors["empty"]?.shape == [0, 4])
        #expect(file.metadata == ["step": "7"])
    }

    @Test(arguments: [
        (#"{"a":{"dtype":"F32","shape":[2],"data_offsets":[0,8]}}"#, 4, "lies at 0..<8 of 4 bytes"),
        (#"{"a":{"dtype":"F32","shape":[3],"data_offsets":[0,8]}}"#, 8, "takes 12 bytes"),
        (#"{"a":{"dtype":"I64","shape":[1],"data_offsets":[0,8]}}"#, 7, "lies at 0..<8 of 7 bytes"),
        (
            #"{"a":{"dtype":"F32","shape":[2],"data_offsets":[0,8]},"b":{"dtype":"F8_E4M3","shape":[4],"data_offsets":[7,11]}}"#,
            11, "overlap"
        ),
        (#"{"a":{"dtype":"F32","shape":[-1],"data_offsets":[0,8]}}"#, 8, "shape"),
        (#"{"a":{"dtype":"F32","shape":[4611686018427387904,4],"data_offsets":[0,8]}}"#, 8, "shape"),
        (
            #"{"a":{"dtype":"F32","shape":[2],"data_offsets":[0,8]},"b":{"dtype":"F32","shape":[2],"data_offsets":[4,12]}}"#,
            12, "overlap"
        ),
        (#"{"a":{"dtype":"F32","data_offsets":[0,8]}}"#, 8, "lacks dtype, shape"),
        (#"{"a":{"dtype":"F32","shape":[1152921504606846976],"data_offsets":[0,8]}}"#, 8, "shape"),
        (#"{"a":{"dtype":"F32","shape":[2],"data_offsets":[0,1152921504606846976]}}"#, 8, "lies at"),
        (#"{"a":{"dtype":"F32","shape":[2],"data_offsets":[8,0]}}"#, 8, "lies at 8..<0"),
        (
            #"{"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4]},"\u0061":{"dtype":"F32","shape":[1],"data_offsets":[4,8]}}"#,
            8, "names a tensor twice"
        ),
        (#"{"a\nb":{"dtype":"F32","shape":[3],"data_offsets":[0,8]}}"#, 8, "'a b' of shape"),
        (String(repeating: #"{"a":"#, count: 50_000), 0, "not a JSON object"),
        (#"[1, 2]"#, 0, "not a JSON object"), ("nonsense", 0, "not a JSON object"),
    ])
    func `an unsound file is refused with a reason`(_ header: String, _ bytes: Int, _ reason: String) throws {
        let url = folder.appendingPathComponent("bad.safetensors")
        try safetensors(header: header.utf8, Data(count: bytes)).write(to: url)
        let error = #expect(throws: SafetensorsError.self) { try SafetensorsFile(url) }
        let text = error?.description ?? ""
        #expect(text.contains(reason) && text.contains("bad.safetensors") && !text.contains("\n"), "\(text)")
    }

    @Test func `a tensor of another type is no fault until it is needed`() throws {
        let header =
            #"{"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4]},"ids":{"dtype":"I64","shape":[1],"data_offsets":[4,12]}}"#
        let url = folder.appendingPathComponent("mixed.safetensors")
        try safetensors(header: header.utf8, Data(count: 12)).write(to: url)
        let file = try SafetensorsFile(url)
        #expect(try file.tensor("a")?.values == [0] && file.tensor("none") == nil)
        #expect(file.holds("a") && file.holds("ids") && !file.holds("none"))
        #expect(file.tensors.keys.sorted() == ["a"] && file.otherTypes == ["ids": "I64"])
        for needing in [{ _ = try file.tensor("ids") }, { _ = try file.allTensors() }] {
            let error = #expect(throws: SafetensorsError.self) { try needing() }
            #expect(
                error?.description
                    == "\(url.path): 'ids' is stored as I64, which cannot be read; convert it to F32, BF16 or F16"
            )
        }
    }

    @Test func `names that are no UTF-8 are refused`() throws {
        let header =
            Data(#"{""#.utf8) + [0xff, 0xfe, 0x61]
            + Data(#"":{"dtype":"F32","shape":[0],"data_offsets":[0,0]}}"#.utf8)
        let url = folder.appendingPathComponent("bad.safetensors")
        try safetensors(header: header).write(to: url)
        let error = #expect(throws: SafetensorsError.self) { try SafetensorsFile(url) }
        #expect(error?.description.contains("not a JSON object") == true)
    }

    @Test func `a header longer than the file, an empty file, no file`() throws {
        let url = folder.appendingPathComponent("bad.safetensors")
        try Data([255, 255, 255, 255, 255, 255, 255, 255, 0]).write(to: url)
        #expect(throws: SafetensorsError.self) { try SafetensorsFile(url) }
        try Data().write(to: url)
        #expect(throws: SafetensorsError.self) { try SafetensorsFile(url) }
        #expect(throws: SafetensorsError.self) { try SafetensorsFile(folder.appendingPathComponent("none")) }
    }
}
