import Foundation
import GRDB
import TestSupport
import Testing

/// Compressors and adapters from elsewhere, through the command line.
struct ImportTests {
    private let folder: TemporaryFolder

    init() throws { folder = try TemporaryFolder() }

    /// The bundled model's sizes.
    private func shape() throws -> (hidden: Int, layers: Int) {
        let config = Command.repository.appendingPathComponent("Models/gazette-1m/config.json")
        let fields = try #require(
            JSONSerialization.jsonObject(with: Data(contentsOf: config)) as? [String: Any])
        return (
            try #require(fields["hidden_size"] as? Int), try #require(fields["num_hidden_layers"] as? Int)
        )
    }

    /// A file of float32 zeros.
    private func write(_ shapes: [String: [Int]], to name: String) throws -> String {
        var header: [String: Any] = [:]
        var offset = 0
        for (tensor, shape) in shapes {
            let bytes = 4 * shape.reduce(1, *)
            header[tensor] = ["dtype": "F32", "shape": shape, "data_offsets": [offset, offset + bytes]]
            offset += bytes
        }
        let json = try JSONSerialization.data(withJSONObject: header)
        let url = folder.url.appendingPathComponent(name)
        try (withUnsafeBytes(of: UInt64(json.count).littleEndian) { Data($0) } + json + Data(count: offset))
            .write(to: url)
        return url.path
    }

    /// Low-rank additions that add nothing, to q and v of every layer.
    private func additions(_ prefix: String, _ infix: String) throws -> [String: [Int]] {
        let (hidden, layers) = try shape()
        var shapes: [String: [Int]] = [:]
        for layer in 0..<layers {
            for target in ["q_proj", "v_proj"] {
                let name = "\(prefix)model.layers.\(layer).self_attn.\(target)"
                shapes["\(name).lora_A\(infix).weight"] = [2, hidden]
                shapes["\(name).lora_B\(infix).weight"] = [hidden, 2]
            }
        }
        return shapes
    }

    @Test func `an imported release is run like a trained compressor`() throws {
        var shapes = try additions("icae.base_model.model.", ".default")
        shapes["memory_token_embed.weight"] = [8 + 3, try shape().hidden]
        let file = try write(shapes, to: "release.safetensors")
        let compressor = folder.path("compressors/release")
        let command = try Command.run("import", "icae", file, "--model", "gazette-1m", "-o", compressor)
        #expect(command.status == 0, "\(command.error)")
        #expect(command.output.contains("8 memory tokens for segments of 32 tokens"))
        let run = try Command.run(
            "run", "--methods", "icae:positions=contiguous", "--compressors", folder.path("compressors"),
            "--ratios", "4", "--dataset", "gazette:subjects=2,documents=2", "--limit", "4",
            "--latency-samples", "1", "--db", folder.path("r.sqlite"))
        #expect(run.status == 0, "\(run.error)")
        // The learned embeddings in front of prompts are outside the budget, as prompts are.
        let over = try DatabaseQueue(path: folder.path("r.sqlite")).read {
            try Int.fetchOne(
                $0,
                sql: """
                    SELECT count(*) FROM sample JOIN cell ON cell.id = cellID
                    WHERE role IS NULL AND keptPositions <> (contextTokens + 3) / 4
                    """)
        }
        #expect(over == 0)
    }

    @Test func `a pickle and a file for another model are refused in one line`() throws {
        let pickle = try folder.write("PK\u{3}\u{4}rest", to: "release.pt")
        try expectRefusal(["import", "icae", pickle, "--model", "gazette-1m"], "convert it to safetensors")
        var shapes = try additions("icae.base_model.model.", ".default")
        shapes["memory_token_embed.weight"] = [11, 4096]
        let other = try write(shapes, to: "other.safetensors")
        try expectRefusal(["import", "icae", other, "--model", "gazette-1m"], "has the shape [11, 4096]")
        try expectRefusal(
            ["import", "icae", folder.path("none"), "--model", "gazette-1m"], "check the path")
    }

    @Test func `an adapted model is another model`() throws {
        _ = try write(additions("base_model.model.", ""), to: "adapter_model.safetensors")
        _ = try folder.write(
            #"{"peft_type": "LORA", "r": 2, "lora_alpha": 4, "target_modules": ["q_proj", "v_proj"], "base_model_name_or_path": "org/other"}"#,
            to: "adapter_config.json")
        let arguments = [
            "run", "--methods", "truncation", "--ratios", "4", "--tasks", "qa", "--dataset",
            "gazette:subjects=2,documents=2", "--limit", "4", "--latency-samples", "1", "--db",
            folder.path("r.sqlite"),
        ]
        for more in [[], ["--adapter", folder.url.path]] {
            let run = try Command.run(arguments + more)
            #expect(run.status == 0, "\(run.error)")
            #expect(
                run.error.contains("says that it is for 'org/other'; it is used with gazette-1m") == !more
                    .isEmpty)
        }
        let names = try DatabaseQueue(path: folder.path("r.sqlite")).read {
            try String.fetchAll($0, sql: "SELECT modelName FROM cell GROUP BY modelHash ORDER BY min(id)")
        }
        #expect(names == ["gazette-1m", "gazette-1m+\(folder.url.lastPathComponent)"])
        // Additions that add nothing change nothing.
        let outputs = try DatabaseQueue(path: folder.path("r.sqlite")).read {
            try Int.fetchOne(
                $0,
                sql: """
                    SELECT count(*) FROM (SELECT exampleID, methodID, prediction FROM sample
                    JOIN cell ON cell.id = cellID GROUP BY 1, 2, 3 HAVING count(*) = 1)
                    """)
        }
        #expect(outputs == 0)
        try expectRefusal(
            arguments + ["--adapter", folder.path("nowhere")], "adapter_config.json is missing")
    }
}
