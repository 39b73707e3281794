import Budgets
import Foundation
import Results

// Records of a small store, for the tests of the store and of everything that is made from one.

extension RunRecord {
    public static var sample: RunRecord {
        RunRecord(
            startedAt: Date(timeIntervalSince1970: 1_800_000_000), host: "box", cpu: "A processor",
            threads: 2,
            os: "Linux", toolVersion: "0.1.0", gitRevision: "abc123", command: "picbench run --methods pic")
    }
}

extension CellRecord {
    public static func sample(
        method: String = "pic", ratio: Double = 4, role: String? = nil, adapter: String? = "pic",
        seed: Int64 = 1, family: String = "soft-prompt"
    ) -> CellRecord {
        CellRecord(
            fingerprint: "\(method) \(ratio) \(adapter ?? "") \(seed)", identity: "{}", modelName: "tiny",
            modelHash: "1234567890abcdef",
            adapterName: adapter, adapterHash: adapter.map { "hash-of-\($0)" }, methodID: method,
            methodName: method.uppercased(), family: role == nil ? family : "reference", role: role,
            isTrained: adapter != nil, isQueryAware: false, parameters: "{}", taskID: "qa",
            taskName: "Question answering",
            primaryMetric: "em", metrics: ["em", "f1"], datasetID: "gazette:x", datasetHash: "d",
            budget: Ratio(ratio).map(Budget.ratio) ?? .whole, seed: seed,
            decoding: "{}", exampleCount: 2)
    }
}

extension SampleRecord {
    public static func sample(_ id: String, em: Double, kept: Int = 25) -> SampleRecord {
        SampleRecord(
            exampleID: id, documentID: "doc-\(id)", question: "Who?", prediction: "Anna, \"A\"\n| Berg",
            references: ["Anna Berg", "Berg"], metrics: ["em": em, "f1": 0.5], contextTokens: 100,
            keptPositions: kept,
            keptBytes: kept * 1024, outputTokens: 2, context: "Anna Berg is here.", keptText: "Anna")
    }
}

extension MemoryAttentionRecord {
    public static var sample: MemoryAttentionRecord {
        MemoryAttentionRecord(mass: [[0.125, 0.125, 0.25, 0], [0, 0.125, 0.125, 0.25]], documents: 3)
    }
}

extension LatencyRecord {
    public static var sample: LatencyRecord {
        LatencyRecord(
            exampleID: "a", contextTokens: 100, keptPositions: 25, keptBytes: 25 * 1024,
            compressSeconds: 0.005,
            prefillSeconds: 0.002, decodeSecondsPerToken: 0.001, outputTokens: 16)
    }
}

extension ResultStore {
    /// Finds or makes a cell and claims it for a run that may have it already.
    /// - Parameter force: whether what is stored of it is removed first
    public func openCell(_ cell: CellRecord, for run: Int64, force: Bool = false) throws -> OpenCell {
        let standing = try enter([cell])[0]
        try release(standing.id, from: run)
        let claim = try claim(standing.id, for: run, again: force ? standing.lastRun : nil)
        guard case .claimed(let open) = claim else { throw NotClaimed(claim: claim) }
        return open
    }
}

/// A cell that a run did not get.
public struct NotClaimed: Error, Equatable {
    public let claim: CellClaim

    public init(claim: CellClaim) { self.claim = claim }
}
