import Foundation
import GRDB

extension ResultStore {
    /// Begins a training run; an unfinished one with the same fingerprint goes on.
    /// - Returns: the training's identifier
    public func beginTraining(_ training: TrainingRecord) throws -> Int64 {
        try write { db in
            let unfinished = try Int64.fetchOne(
                db, sql: "SELECT id FROM training WHERE fingerprint = ? AND finishedAt IS NULL",
                arguments: [training.fingerprint])
            if let unfinished { return unfinished }
            try training.insert(db)
            return db.lastInsertedRowID
        }
    }

    /// Steps that are done again after a break replace what was stored of them.
    public func append(points: [TrainingPoint], to training: Int64) throws {
        try write { db in
            for point in points {
                try db.execute(
                    sql: """
                        INSERT INTO trainingPoint (trainingID, step, name, seconds, tokens, value)
                        VALUES (?, ?, ?, ?, ?, ?)
                        ON CONFLICT DO UPDATE SET
                            seconds = excluded.seconds, tokens = excluded.tokens, value = excluded.value
                        """,
                    arguments: [training, point.step, point.name, point.seconds, point.tokens, point.value])
            }
        }
    }

    /// - Parameter outputHash: the hash of what was made
    public func finishTraining(_ id: Int64, outputHash: String) throws {
        try write {
            try $0.execute(
                sql: "UPDATE training SET finishedAt = ?, outputHash = ? WHERE id = ?",
                arguments: [Date(), outputHash, id])
        }
    }

    public func points(of training: Int64) throws -> [TrainingPoint] {
        try read {
            try TrainingPoint.fetchAll(
                $0, sql: "SELECT * FROM trainingPoint WHERE trainingID = ? ORDER BY step, name",
                arguments: [training])
        }
    }
}
