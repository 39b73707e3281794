import Contract
import Datasets
import LanguageModels

/// A number of a recipe with the values that training works with.
public struct RecipeNumber {
    /// As the file has it: `levels[0].steps`.
    let field: String
    let value: Double
    let range: ClosedRange<Double>

    init(_ field: String, _ value: some BinaryInteger, _ range: ClosedRange<Double>) {
        self.init(field, Double(value), range)
    }

    init(_ field: String, _ value: Double, _ range: ClosedRange<Double>) {
        (self.field, self.value, self.range) = (field, value, range)
    }

    /// Of each entry of a list, and how many there are.
    static func list(_ field: String, _ values: [Double], _ range: ClosedRange<Double>) -> [RecipeNumber] {
        [RecipeNumber("the number of \(field)", values.count, 1...10_000)]
            + values.enumerated().map { RecipeNumber("\(field)[\($0)]", $1, range) }
    }

    /// Numbers of subjects, as the generator of documents takes them.
    static func subjects(_ field: String, _ values: [Int]) -> [RecipeNumber] {
        list(field, values.map(Double.init), 1...Double(Gazette.mostSubjects))
    }

    /// How many ways of telling there are, where any are said.
    static func styles(_ field: String, _ values: [Gazette.Style]?) -> RecipeNumber {
        RecipeNumber("the number of \(field)", values?.count ?? 1, 1...100)
    }

    /// What is wrong with it; nil where nothing is.
    var problem: String? {
        if range.contains(value) { return nil }
        let (least, most) = (range.lowerBound.plainText, range.upperBound.plainText)
        return "\(field) is \(value.plainText), expected \(least == most ? least : "\(least) to \(most)")"
    }
}

/// A recipe that says what its numbers may be.
public protocol BoundedRecipe: Codable {
    var numbers: [RecipeNumber] { get }
    /// Names a folder.
    var name: String { get }
    /// What does not go together in it; nil where everything does.
    var contradiction: String? { get }
}

extension BoundedRecipe {
    /// The first thing that is wrong with its values; nil where nothing is.
    var problem: String? {
        if name.wholeMatch(of: /[A-Za-z0-9][A-Za-z0-9+._-]{0,99}/) == nil {
            return "name names a folder: expected letters, digits, +, -, _ and points"
        }
        return numbers.lazy.compactMap(\.problem).first ?? contradiction
    }
}

extension BaseRecipe: BoundedRecipe {
    public var numbers: [RecipeNumber] {
        let own = [
            RecipeNumber("vocabularySize", vocabularySize, 300...1_000_000),
            RecipeNumber("model.hiddenSize", model.hiddenSize, 8...16384),
            RecipeNumber("model.intermediateSize", model.intermediateSize, 8...65536),
            // Induction heads, which weights begin with, take three layers and two heads.
            RecipeNumber("model.layers", model.layers, 3...256),
            RecipeNumber("model.heads", model.heads, 2...256),
            RecipeNumber(
                "the remainder of model.hiddenSize by twice model.heads",
                (1...256).contains(model.heads) ? model.hiddenSize % (2 * model.heads) : 0, 0...0),
            RecipeNumber("the number of levels", levels.count, 1...10_000),
            RecipeNumber("tokensPerStep", tokensPerStep, 1...10_000_000),
            RecipeNumber("readBackShare", readBackShare, 0...1),
            RecipeNumber("documentWeight", documentWeight, 0...1000),
            RecipeNumber("documentEvery", documentEvery ?? 2, 1...1_000_000),
            RecipeNumber("digestWeight", digestWeight ?? 0.5, 0...1000),
            RecipeNumber("questions", questions, 1...1000),
            RecipeNumber("checkpointEvery", checkpointEvery, 1...1_000_000_000),
        ]
        let ofLevels = levels.enumerated().flatMap { i, level -> [RecipeNumber] in
            let steps = RecipeNumber("levels[\(i)].steps", level.steps, 1...1_000_000_000)
            let drills = RecipeNumber("levels[\(i)].drills", level.drills, 0...1)
            let styles = RecipeNumber.styles("levels[\(i)].styles", level.styles)
            return [steps, drills, styles] + RecipeNumber.subjects("levels[\(i)].subjects", level.subjects)
        }
        return own + ofLevels + optimizer.numbers + evaluation.numbers
    }

    public var contradiction: String? { evaluation.subjects == nil ? "evaluation.subjects is missing" : nil }
}

extension CompressorRecipe: BoundedRecipe {
    public var numbers: [RecipeNumber] {
        let own = [
            RecipeNumber("the number of levels", levels.count, 1...10_000),
            RecipeNumber("contextTokensPerStep", contextTokensPerStep, 1...10_000_000),
            RecipeNumber("tokensPerPass", tokensPerPass ?? 1, 1...10_000_000),
            RecipeNumber("readBackShare", readBackShare ?? 0, 0...1),
            RecipeNumber("continuationTokens", continuation, 2...1_000_000),
            RecipeNumber("questions", questions, 1...1000),
            RecipeNumber("checkpointEvery", checkpointEvery, 1...1_000_000_000),
        ]
        let ofLevels = levels.enumerated().flatMap { i, level -> [RecipeNumber] in
            let field = "levels[\(i)]"
            let steps = RecipeNumber("\(field).steps", level.steps, 1...1_000_000_000)
            let styles = RecipeNumber.styles("\(field).styles", level.styles)
            let contexts = level.contextTokens.map { lengths in
                [RecipeNumber("the number of \(field).contextTokens", lengths.count, 2...2)]
                    + RecipeNumber.list("\(field).contextTokens", lengths.map(Double.init), 1...10_000_000)
            }
            let mixture = level.lessons.map { lessons in
                LessonKind.allCases.map { RecipeNumber("\(field).lessons.\($0)", lessons[$0], 0...1_000_000) }
            }
            let goal = level.until.map { goal in
                [
                    RecipeNumber("\(field).until.loss", goal.loss, 0...1000),
                    RecipeNumber("\(field).until.atMost", goal.atMost, 1...1_000_000_000),
                ]
            }
            return [steps, styles] + (goal ?? [])
                + RecipeNumber.list("\(field).ratios", level.ratios, 1...1_000_000)
                + (level.subjects.map { RecipeNumber.subjects("\(field).subjects", $0) } ?? [])
                + (contexts ?? []) + (mixture ?? [])
        }
        let ofAdapter = encoder?.lora.map { lora -> [RecipeNumber] in
            [
                RecipeNumber("encoder.lora.rank", lora.rank, 1...Double(LowRankConfiguration.largestRank)),
                RecipeNumber("encoder.lora.alpha", lora.alpha, 1e-6...1e6),
            ]
        }
        return own + ofLevels + (ofAdapter ?? []) + optimizer.numbers + evaluation.numbers
    }

    public var contradiction: String? {
        for (i, level) in levels.enumerated() {
            switch (level.subjects, level.contextTokens) {
            case (nil, nil):
                return
                    "levels[\(i)] has neither subjects, of the built-in documents, nor contextTokens, of texts"
            case (.some, .some): return "levels[\(i)] has subjects and contextTokens; texts have no subjects"
            case (.some, nil) where isForTexts:
                return
                    "levels[\(i)] has subjects, and other levels have contextTokens; texts have no subjects"
            case (.some, nil) where level.lessons != nil:
                return "levels[\(i)].lessons are of texts; the built-in documents have readBackShare"
            default: break
            }
            if let mixture = level.lessons, mixture.total == 0 { return "levels[\(i)].lessons are all 0" }
        }
        if !isForTexts, evaluation.subjects == nil { return "evaluation.subjects is missing" }
        return nil
    }
}

extension OptimizerRecipe {
    fileprivate var numbers: [RecipeNumber] {
        [
            RecipeNumber("optimizer.muonRate", muonRate, 0...100),
            RecipeNumber("optimizer.adamWRate", adamWRate, 0...100),
            RecipeNumber("optimizer.clip", clip, 1e-9...1e9),
            RecipeNumber("optimizer.schedule.warmUp", schedule.warmUp, 0...1_000_000_000),
            RecipeNumber("optimizer.schedule.decay", schedule.decay, 0...1),
            RecipeNumber("optimizer.schedule.floor", schedule.floor, 0...1),
        ]
    }
}

extension EvaluationRecipe {
    fileprivate var numbers: [RecipeNumber] {
        [
            RecipeNumber("evaluation.every", every, 1...1_000_000_000),
            RecipeNumber("evaluation.documents", documents, 1...100_000),
        ] + (subjects.map { RecipeNumber.subjects("evaluation.subjects", $0) } ?? [])
            + (ratios.map { RecipeNumber.list("evaluation.ratios", $0, 1...1_000_000) } ?? [])
    }
}
