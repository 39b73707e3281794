import ArgumentParser
import Foundation

/// A path as a user wrote it; an empty one, which would be the working folder, is refused.
struct PathArgument: ExpressibleByArgument, CustomStringConvertible {
    let path: String

    init(_ path: String) { self.path = path }

    init?(argument: String) {
        if argument.isEmpty { return nil }
        path = argument
    }

    var url: URL { URL(fileURLWithPath: path) }

    var description: String { path }
}
