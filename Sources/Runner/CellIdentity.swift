import Budgets
import Contract
import Foundation
import Reading
import Results
import Seeding

/// Everything that makes a cell the same experiment: two cells with equal identities are one.
///
/// Its canonical JSON is stored with the cell, and its SHA-256 is the cell's fingerprint.
package struct CellIdentity: Codable, Equatable {
    /// Raised when the meaning of a field changes.
    var version = 2
    /// The hash of the model's files.
    let model: String
    let decoding: Decoding
    /// A hash of the tokens around the contexts, item by item.
    let prompts: String
    let method: String
    /// What a user chose, and the control.
    let parameters: JSONValue
    /// A hash of the method's files, or the version that its card states.
    package let methodSource: String
    /// The hash of what the method opens.
    let prepared: String?
    /// Whether that is used at other ratios than those of its training; nil where it is not.
    let beyondTraining: Bool?
    let task: String
    let taskSource: String
    /// Versions by identifier.
    let metrics: [String: Int]
    /// A hash of contexts, references, choices, limits and, where items have one, subsets, item by item.
    let data: String
    /// What was done with examples that the model cannot read; nil where it reads all.
    let overflow: String?
    let budget: Budget
    let seed: UInt64

    package struct Decoding: Codable, Equatable {
        let strategy: String
        let stop: [Int32]
        /// Whether the first line is the answer; nil where other tokens end it.
        let endsAtLine: Bool?
        /// The identity of the template; nil where there is none.
        let chatTemplate: String?
        /// How a model in another program is asked; nil for one of this process.
        let interface: String?
    }

    package var json: String { canonicalJSON(self) }

    package var fingerprint: String { SHA256.hex(of: json) }
}

/// What a grid asks of each item, hashed: the prompts' tokens, and everything else.
struct ItemHashes: Sendable {
    let prompts: String
    let data: String

    init(_ documents: [DocumentItems], reader: Reader) throws {
        var (prompts, data) = (SHA256(), SHA256())
        func add(_ texts: [String], to hash: inout SHA256) {
            for text in texts {
                var text = text
                text.append("\u{1f}")
                text.withUTF8 { hash.update(UnsafeRawBufferPointer($0)) }
            }
        }
        for unit in documents {
            // A context is read once, however many items it has.
            add(["document", unit.document.id, unit.document.text], to: &data)
            for item in unit.items {
                let layout = try reader.layout(of: item.prompt)
                for tokens in [layout.prefix, layout.closing] {
                    tokens.withUnsafeBytes { prompts.update($0) }
                    add([""], to: &prompts)
                }
                add(
                    ["item", item.id, "\(item.outputLimit)", item.prompt.question ?? ""] + item.references
                        + ["choices"] + item.choices + (item.subset.map { ["subset", $0] } ?? []), to: &data)
            }
        }
        self.prompts = prompts.finish()
        self.data = data.finish()
    }
}
