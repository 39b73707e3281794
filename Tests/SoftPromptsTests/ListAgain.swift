import Foundation
import Seeding
import SoftPrompts

/// Has a compressor's card list a file as it is, as somebody with bad intentions might, so that it is opened.
func listAgain(_ file: String, in folder: URL) throws {
    let url = folder.appendingPathComponent("compressor.json")
    var card = try JSONDecoder().decode(CompressorCard.self, from: Data(contentsOf: url))
    var hash = SHA256()
    try Data(contentsOf: folder.appendingPathComponent(file)).withUnsafeBytes { hash.update($0) }
    card.files?[file] = hash.finish()
    try JSONEncoder().encode(card).write(to: url)
}
