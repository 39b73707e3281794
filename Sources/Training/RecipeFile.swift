import Contract
import Files
import Foundation

/// Reads a recipe; errors name the field, and what it may be.
public func readRecipe<Recipe: BoundedRecipe>(
    _ url: URL, as type: Recipe.Type = Recipe.self
) throws -> Recipe {
    guard let data = try RegularFile.read(url) else {
        throw TrainingError.badRecipe(file: url.path, reason: "it cannot be read; check the path")
    }
    do {
        let recipe = try JSONDecoder().decode(Recipe.self, from: data)
        let written = try JSONDecoder().decode(JSONValue.self, from: data)
        let known = try JSONDecoder().decode(JSONValue.self, from: JSONEncoder().encode(recipe))
        if let field = written.unknownField(beside: known) {
            throw TrainingError.badRecipe(
                file: url.path,
                reason: "it has a field '\(field)', which no recipe of this kind has; see Docs/recipes.md")
        }
        if let problem = recipe.problem { throw TrainingError.badRecipe(file: url.path, reason: problem) }
        return recipe
    } catch let error as DecodingError {
        throw TrainingError.badRecipe(file: url.path, reason: error.line)
    }
}

extension JSONValue {
    /// The path of the first field that has a value here and none in the same value as it was understood.
    fileprivate func unknownField(beside known: JSONValue) -> String? {
        switch (self, known) {
        case (.object(let fields), .object(let knownFields)):
            for (name, value) in fields.sorted(by: { $0.key < $1.key }) where value != .null {
                guard let known = knownFields[name] else { return name }
                if let inner = value.unknownField(beside: known) { return "\(name).\(inner)" }
            }
            return nil
        case (.list(let values), .list(let knownValues)):
            for (i, (value, known)) in zip(values, knownValues).enumerated() {
                if let inner = value.unknownField(beside: known) { return "[\(i)].\(inner)" }
            }
            return nil
        default: return nil
        }
    }
}
