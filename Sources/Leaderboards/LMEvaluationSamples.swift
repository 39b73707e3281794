import Foundation
import Results
import Seeding

/// Samples as lm-evaluation-harness logs them with `--log_samples`: a line of JSON each, a file a cell.
///
/// The members are those of its version 0.4, all of them texts, numbers and lists of one type, as its readers ask for.
/// What it has no place for is under `picbench`.
public enum LMEvaluationSamples {
    /// The file of a cell, named as the harness names those of its tasks.
    public static func fileName(of cell: StoredCell) -> String {
        let record = cell.record
        let parts = [record.taskID, record.methodID, "\(record.budget)", "cell\(cell.id)"]
        return "samples_\(parts.map(Slug.part).joined(separator: "_")).jsonl"
    }

    /// A sample's line.
    /// - Parameter number: of the sample in its file, from 0 on
    public static func line(_ sample: SampleRecord, of cell: StoredCell, number: Int) throws -> String {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        // As Python reads and writes them.
        encoder.nonConformingFloatEncodingStrategy = .convertToString(
            positiveInfinity: "Infinity", negativeInfinity: "-Infinity", nan: "NaN")
        func text(_ value: some Encodable) throws -> String {
            String(decoding: try encoder.encode(value), as: UTF8.self)
        }
        let record = cell.record
        let document = Document(
            id: sample.exampleID, document: sample.documentID, context: sample.context,
            question: sample.question, answers: sample.references)
        let prompt = prompt(of: sample)
        let target = sample.references.first ?? ""
        var line: [String: any Encodable] = [
            "doc_id": number, "doc": document, "target": target,
            "arguments": ["gen_args_0": Arguments(prompt: prompt)], "resps": [[sample.prediction]],
            "filtered_resps": [sample.prediction], "filter": "none", "metrics": record.metrics,
            "doc_hash": SHA256.hex(of: try text(document)), "prompt_hash": SHA256.hex(of: prompt),
            "target_hash": SHA256.hex(of: target), "picbench": Origin(sample, of: cell),
        ]
        for (metric, value) in sample.metrics { line[metric] = line[metric] ?? value }
        return try text(Line(members: line)) + "\n"
    }

    /// What the decoder read. Where that is no text, the place of what was kept is marked.
    private static func prompt(of sample: SampleRecord) -> String {
        guard let prompt = sample.prompt else { return sample.question }
        return prompt.before + (sample.keptText ?? "{kept}") + prompt.after
    }

    private struct Document: Encodable {
        let id, document, context, question: String
        let answers: [String]
    }

    /// Of one generation: the prompt, and how it was gone on from.
    private struct Arguments: Encodable {
        let prompt: String

        private struct Generation: Encodable {
            let do_sample = false
            let until: [String] = []
        }

        func encode(to encoder: any Encoder) throws {
            var container = encoder.container(keyedBy: Name.self)
            try container.encode(prompt, forKey: Name("arg_0"))
            try container.encode(Generation(), forKey: Name("arg_1"))
        }
    }

    /// What was compressed, how and to how much.
    private struct Origin: Encodable {
        let cell: Int64
        let model, dataset, method, methodName, parameters, budget: String
        let seed: Int64
        let contextTokens, keptPositions, outputTokens: Int
        let keptBytes: Int?

        init(_ sample: SampleRecord, of cell: StoredCell) {
            let record = cell.record
            self.cell = cell.id
            (model, dataset, method) = (record.modelName, record.datasetID, record.methodID)
            (methodName, parameters) = (record.methodName, record.parameters)
            (budget, seed) = ("\(record.budget)", record.seed)
            (contextTokens, keptPositions) = (sample.contextTokens, sample.keptPositions)
            (keptBytes, outputTokens) = (
                record.interface == nil ? sample.keptBytes : nil, sample.outputTokens
            )
        }
    }

    /// An object whose members have names that are data.
    private struct Line: Encodable {
        let members: [String: any Encodable]

        func encode(to encoder: any Encoder) throws {
            var container = encoder.container(keyedBy: Name.self)
            for (name, value) in members { try container.encode(value, forKey: Name(name)) }
        }
    }

    private struct Name: CodingKey {
        let stringValue: String
        var intValue: Int? { nil }

        init(_ text: String) { stringValue = text }
        init?(stringValue: String) { self.init(stringValue) }
        init?(intValue _: Int) { nil }
    }
}
