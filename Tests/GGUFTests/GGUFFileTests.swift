import Foundation
import GGUF
import Tensors
import TestSupport
import Testing

/// GGUF files that the `gguf` package wrote (Tests/References/gguf_files.py), and damaged ones.
struct GGUFFileTests {
    private static let fixtures = Bundle.module.bundleURL.appendingPathComponent("Fixtures")
    private let sound: Data
    private let url = temporaryPath("model", suffix: ".gguf")

    init() throws {
        sound = try Data(contentsOf: Self.fixtures.appendingPathComponent("formats.gguf"))
    }

    private func open(_ data: Data) throws -> GGUFFile {
        try data.write(to: url)
        return try GGUFFile(url)
    }

    @Test(arguments: ElementType.allCases)
    func `numbers of each format are the package's, to the bit`(_ elementType: ElementType) throws {
        let file = Self.fixtures.appendingPathComponent("formats.json")
        let all = try JSONDecoder().decode([String: Data].self, from: Data(contentsOf: file))
        let expected = try #require(all[elementType.rawValue]).withUnsafeBytes { bytes in
            stride(from: 0, to: bytes.count, by: 4).map {
                UInt32(littleEndian: bytes.loadUnaligned(fromByteOffset: $0, as: UInt32.self))
            }
        }
        let opened = try open(sound)
        #expect(opened.tensors[elementType.rawValue]?.elementType == elementType)
        let shape = try #require(opened.tensors[elementType.rawValue]?.shape)
        #expect(shape.count == 2 && shape[0] == 2 && shape[0] * shape[1] == expected.count)
        let found = try #require(opened.tensor(elementType.rawValue)).values.map(\.bitPattern)
        #expect(found == expected)
    }

    @Test func `metadata are read as what they are`() throws {
        let metadata = try open(sound).metadata
        #expect(metadata.text("general.architecture") == "llama")
        #expect(metadata.text("a.text") == "naïve ▁ text")
        #expect(metadata.numbers("a.list") == [1.5, -2] && metadata.integers("a.list") == nil)
        #expect(metadata["a.large"] == .number(0x1p64) && metadata.integer("a.large") == nil)
        #expect(metadata.text("a.list") == nil && metadata["nonesuch"] == nil)
    }

    @Test func `what is no sound file is refused in one line`() throws {
        func expect(_ part: String, _ data: Data, at location: SourceLocation = #_sourceLocation) {
            do {
                _ = try open(data)
                Issue.record("no error for \(part)", sourceLocation: location)
            } catch {
                let text = "\(error)"
                #expect(
                    text.contains(part) && text.contains(url.lastPathComponent) && !text.contains("\n"),
                    "\(text)",
                    sourceLocation: location)
            }
        }
        expect("it does not begin with GGUF", Data("GGML and more".utf8))
        expect(
            "git lfs pull", Data("version https://git-lfs.github.com/spec/v1\noid sha256:0\nsize 9\n".utf8))
        func version(_ bytes: [UInt8]) -> Data { Data("GGUF".utf8) + bytes + sound.dropFirst(8) }
        expect("it is big-endian", version([0, 0, 0, 3]))
        expect("it has the version 1", version([1, 0, 0, 0]))
        expect("it is cut off", sound.dropLast(64))
        let name = try #require(sound.range(of: Data("Q8_0".utf8)))
        // Behind a tensor's name: dimensions, sides, type.
        var other = sound
        other[name.upperBound + 4 + 16] = 10
        expect("'Q8_0' is stored as Q2_K, which cannot be read", other)
        let key = try #require(sound.range(of: Data("a.text".utf8)))
        expect("'a.text' has a value of type 77", sound.replacing([77], at: key.upperBound))
        let error = #expect(throws: GGUFError.self) { try GGUFFile(URL(fileURLWithPath: "/nowhere.gguf")) }
        #expect(error?.description == "there is no file /nowhere.gguf")
    }

    /// Whatever bytes change: another file, or a refusal; never a trap.
    @Test func `damaged files`() throws {
        var state: UInt64 = 17
        func draw(_ limit: Int) -> Int {
            state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            return Int(state >> 33) % limit
        }
        let header = try #require(sound.range(of: Data("Q6_K".utf8))).upperBound + 40
        for _ in 0..<2000 {
            var data = sound
            for _ in 0...draw(3) { data[draw(header)] = UInt8(truncatingIfNeeded: draw(256)) }
            if draw(4) == 0 { data = data.prefix(draw(data.count)) }
            do {
                let file = try open(data)
                for name in file.tensors.keys { _ = file.tensor(name)?.values }
            } catch let error as GGUFError {
                #expect(!error.description.contains("\n"))
            }
        }
    }
}

extension Data {
    fileprivate func replacing(_ bytes: [UInt8], at place: Int) -> Data {
        var result = self
        result.replaceSubrange(place..<place + bytes.count, with: bytes)
        return result
    }
}
