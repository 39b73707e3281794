import Budgets
import Foundation
import Seeding

extension CellRecord {
    /// What an identity says that columns say as well.
    private struct IdentityColumns: Decodable, Equatable {
        let model: String
        let method: String
        let prepared: String?
        let task: String
        let data: String
        let budget: Budget
        let seed: UInt64
    }

    private struct Version: Decodable {
        let version: Int?
    }

    /// Refuses a cell whose fingerprint is not the hash of its identity, or whose columns say something else
    /// than its identity does.
    ///
    /// Cells that version 1 made hashed less: what they are cannot be told from their fingerprint.
    func requireSoundIdentity() throws {
        let json = Data(identity.utf8)
        guard let version = try? JSONDecoder().decode(Version.self, from: json) else {
            throw CellFault(reason: "its identity is no JSON object")
        }
        guard version.version ?? 1 > 1 else { return }
        guard SHA256.hex(of: identity) == fingerprint else {
            throw CellFault(reason: "its fingerprint is not the hash of its identity")
        }
        let own = IdentityColumns(
            model: modelHash, method: methodID, prepared: adapterHash, task: taskID, data: datasetHash,
            budget: budget, seed: UInt64(bitPattern: seed))
        guard (try? JSONDecoder().decode(IdentityColumns.self, from: json)) == own else {
            throw CellFault(reason: "its columns differ from its identity")
        }
    }
}
