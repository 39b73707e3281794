import Foundation
import TestSupport
import Testing

/// That `picbench bench` measures what it says; how fast it is gates nothing.
struct BenchTests {
    private static func measure(_ arguments: String...) throws -> [String: Any] {
        try Command.run(["bench"] + arguments + ["--repeats", "2", "--threads", "1", "--json"]).json()
    }

    @Test(arguments: [
        (["prefill", "--context", "24"], 24), (["decode", "--context", "24", "--new", "5"], 5),
        (["compress", "--context", "64", "--ratio", "8"], 64),
        (["train", "--sequences", "2", "--length", "16"], 32),
        // 2 contexts of 16 with 2 memory tokens, then a mark, 2 slots and 6 rows of text.
        (
            [
                "train", "--method", "pic", "--ratio", "8", "--sequences", "2", "--length", "16", "--tail",
                "6",
            ], 2 * (16 + 2 + 1 + 2 + 6)
        ),
        (["store", "--samples", "50", "--batch", "20"], 50),
        (["read", "--dataset", "gazette:subjects=2,documents=30"], 30),
    ])
    func `a measurement counts what it did`(_ arguments: [String], _ count: Int) throws {
        let result = try Command.run(
            ["bench"] + arguments + ["--repeats", "2", "--threads", "1", "--json"]
        ).json()
        #expect(result["count"] as? Int == count)
        #expect((result["seconds"] as? [Double])?.count == 2)
        #expect(try #require(result["perSecond"] as? Double) > 0)
        #expect(try #require(result["peakBytes"] as? Int) > 1 << 20)
    }

    /// What is not kept of a long context is freed, head by head.
    @Test(arguments: ["knorm", "adakv", "kvzip"])
    func `behind a compressed context the process holds what it holds behind a short one`(
        _ method: String
    ) throws {
        func resident(_ arguments: String...) throws -> Int {
            let result = try Command.run(
                ["bench", "decode", "--new", "4", "--repeats", "1", "--threads", "1", "--json"] + arguments
            ).json()
            return try #require(result["residentBytes"] as? Int)
        }
        // All keys and values of 8,192 tokens are 32 MiB more.
        let short = try resident("--context", "512")
        let long = try resident("--context", "8192", "--method", method, "--ratio", "16")
        #expect(long < short + (4 << 20), "\(long), \(short)")
    }

    /// Prefill's token is decoding's first, and the ids are those of Benchmarks/common.py.
    @Test func `prefill and decode read the same tokens`() throws {
        let prefill = try Self.measure("prefill", "--context", "24")["output"] as? [Int]
        let decode = try Self.measure("decode", "--context", "24", "--new", "4")["output"] as? [Int]
        #expect(decode?.count == 5 && decode?.prefix(1) == prefill?.prefix(1))
        let ids = "535,1100,797,1212,774,969,2049,432"
        let generated = try Command.run(
            "generate", "--prompt-tokens", ids, "--max-new-tokens", "1", "--json"
        ).json()
        let measured = try Self.measure("prefill", "--context", "8")["output"] as? [Int]
        #expect(measured == generated["tokens"] as? [Int])
    }

    @Test func `the machine's limits are numbers`() throws {
        let command = try Command.run(
            "bench", "limits", "--repeats", "1", "--megabytes", "8", "--threads", "2", "--json")
        let all = try JSONSerialization.jsonObject(with: Data(command.output.utf8)) as? [[String: Any]]
        #expect(all?.compactMap { $0["units"] as? String } == ["GB", "GFLOP", "GFLOP"])
    }

    @Test func `weights that are cut short while they are read end it in one line`() throws {
        let folder = try TemporaryFolder()
        for file in ["config.json", "model.safetensors"] {
            try FileManager.default.copyItem(
                at: Command.repository.appendingPathComponent("Models/gazette-1m/\(file)"),
                to: folder.url.appendingPathComponent(file))
        }
        let weights = folder.url.appendingPathComponent("model.safetensors").path
        let script = """
            weights=$1; shift
            "$0" "$@" & pid=$!
            until grep -q "$weights" /proc/$pid/maps; do sleep 0.1; done
            : > "$weights"
            wait $pid
            """
        let ended = try Command.shell(
            script,
            [weights, "bench", "decode", "--model", folder.url.path, "--repeats", "100000", "--new", "200"])
        #expect(ended.status == 1)
        #expect(ended.error.hasPrefix("Error: \(weights) was cut short"), "\(ended.error)")
        #expect(ended.error.count { $0 == "\n" } == 1)
    }
}
