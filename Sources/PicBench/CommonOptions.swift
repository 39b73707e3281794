import ArgumentParser
import Budgets
import Contract
import External
import Files
import Foundation
import LanguageModels
import Prompting
import Reading
import Results
import Tensors
import Tokenizers

/// The results file.
struct StoreOptions: ParsableArguments {
    @Option(help: ArgumentHelp("The results file, an SQLite database.", valueName: "path"))
    var db = PathArgument("results.sqlite")

    /// The file, and those that SQLite has beside it.
    var files: [URL] { ResultStore.files(of: db.path) }

    /// Opens the file, which has to exist, for reading alone.
    func openForReading() throws -> ResultStore {
        try StandardStreams.requireApart(from: files)
        return try ResultStore(path: db.path, readOnly: true)
    }

    /// Opens the file, or makes it.
    func openForWriting() throws -> ResultStore {
        try StandardStreams.requireApart(from: files)
        return try ResultStore(path: db.path)
    }
}

/// The model, what adapts it and how it is prompted.
struct ModelOptions: ParsableArguments {
    @Option(help: "The model: a folder, a GGUF file, a name in Models/, or a server's address, http://…/v1.")
    var model = ModelLocator.bundled

    @Option(help: ArgumentHelp("A LoRA adapter of the model, a folder as PEFT writes it.", valueName: "path"))
    var adapter: PathArgument?

    @Option(help: "The model's name where results are shown; by default the folder's or the file's.")
    var name: String?

    @OptionGroup var chat: ChatOptions

    /// Opens it, and refuses weights that no figure can come from.
    /// - Parameter server: how it is asked where --model is a server's address; nil where it has to be here
    func open(server: ServerOptions? = nil) throws -> Reader {
        if let server, ServerOptions.isAddress(model) {
            guard adapter == nil else {
                throw UsageError(
                    "--adapter goes with a model's own files; a server has loaded its adapters itself")
            }
            return try server.open(model, name: try shownName(), chat: chat)
        }
        let checkpoint = try ModelLocator.checkpoint(model)
        let backbone = try Backbone(checkpoint, adapter: adapter?.url)
        if let adapter, let base = try LowRankAdapter.baseModel(of: adapter.url),
            base.split(separator: "/").last.map(String.init) != checkpoint.name
        {
            ProgressReporter().note(
                "\(adapter) says that it is for '\(base)'; it is used with \(checkpoint.name)")
        }
        return try chat.reader(of: try shownName().map(backbone.named) ?? backbone)
    }

    private func shownName() throws -> String? {
        guard let name else { return nil }
        let isShown = name.unicodeScalars.allSatisfy { $0.properties.generalCategory != .control }
        guard isShown, 1...80 ~= name.count, name.contains(where: { !$0.isWhitespace }) else {
            throw UsageError("--name is a name of 1 to 80 characters")
        }
        return name
    }
}

extension ModelOptions {
    /// The decoder, and its tokenizer where it has one that can be read: where not, a line says why.
    func openDecoder() throws -> (LanguageModel, Tokenizer?) {
        let checkpoint = try ModelLocator.checkpoint(model)
        let decoder = try LanguageModel.opened(checkpoint, adapter: adapter?.url)
        try decoder.requireFiniteWeights(of: checkpoint.folder)
        do {
            return (decoder, try checkpoint.tokenizer().0)
        } catch {
            ProgressReporter().note("token ids, and no text: \(error)")
            return (decoder, nil)
        }
    }
}

/// Another model for methods that ask how likely a text is.
struct ScorerOptions: ParsableArguments {
    @Option(
        help: ArgumentHelp(
            "The model that selective-context, llmlingua and longllmlingua ask how likely a text is; by default the one that answers.",
            valueName: "model"))
    var scorer: String?

    func open() throws -> Backbone? {
        guard let scorer else { return nil }
        let backbone = try Backbone(ModelLocator.checkpoint(scorer))
        try backbone.model.requireFiniteWeights(of: backbone.folder)
        return backbone
    }
}

/// How a model is prompted.
struct ChatOptions: ParsableArguments {
    @Option(
        help: ArgumentHelp(
            "How a chat model is prompted: \(Self.names.joined(separator: ", ")) or a file with a Jinja template; by default as its folder says.",
            valueName: "template"))
    var chatTemplate: String?

    private static let names = ["none"] + ChatTemplate.Family.allCases.map(\.rawValue)

    /// The model as it is prompted; weights that no figure can come from are refused.
    func reader(of backbone: Backbone) throws -> Reader {
        let reader = Reader(backbone, format: try PromptFormat(backbone, chatTemplate: choice()))
        try backbone.model.requireFiniteWeights(of: backbone.folder)
        return reader
    }

    func choice() throws -> ChatTemplate.Choice {
        guard let chatTemplate else { return .folder }
        if chatTemplate == "none" { return .plain }
        if let family = ChatTemplate.Family(rawValue: chatTemplate) { return .family(family) }
        let file = URL(fileURLWithPath: chatTemplate)
        guard try RegularFile.require(file) else {
            throw ContractError.unknown(
                kind: "chat template", name: chatTemplate, known: Self.names + ["or a file"])
        }
        return .file(try RegularFile.text(of: file), path: chatTemplate)
    }
}

/// How much of the machine is used.
struct MachineOptions: ParsableArguments {
    @Option(help: "Threads; by default one for each core that the process may use.")
    var threads: Int?

    var threadCount: Int { threads ?? Machine.processors }

    /// Makes all kernels use them.
    func apply() throws {
        try UsageError.require("--threads", threads, 1...1024)
        try Machine.requireAddresses(forThreads: threadCount)
        Threads.use(threadCount)
    }
}

extension Budget {
    /// What `--ratios` and `--budgets` ask for together; `fallback` where neither is given.
    static func list(ratios: String?, positions: String?, fallback: String) throws -> [Budget] {
        let counts = try positions?.split(separator: ",", omittingEmptySubsequences: false).map { part in
            guard let count = Int(part.trimmingCharacters(in: .whitespaces)), count > 0 else {
                throw ContractError.badBudget(String(part))
            }
            return Budget.positions(count)
        }
        let asked = ratios ?? (positions == nil ? fallback : nil)
        var seen: Set<Budget> = []
        return ((try asked.map(Ratio.list)?.map(Budget.ratio) ?? []) + (counts ?? []))
            .filter { seen.insert($0).inserted }
    }
}

extension Ratio {
    /// Ratios with commas between them, `4,16,64`, each once; one that is none is named.
    static func list(_ text: String) throws -> [Ratio] {
        var seen: Set<Ratio> = []
        return try text.split(separator: ",", omittingEmptySubsequences: false).map { part in
            guard let ratio = Double(part.trimmingCharacters(in: .whitespaces)).flatMap(Ratio.init) else {
                throw ContractError.badRatio(String(part))
            }
            return ratio
        }.filter { seen.insert($0).inserted }
    }
}

/// Methods with commas between them, each as `Catalogue.method(describedBy:)` takes it.
struct MethodList: ExpressibleByArgument {
    let values: [String]

    init?(argument: String) {
        var seen: Set<String> = []
        values = ExternalCommand.list(argument).filter { seen.insert($0).inserted }
        if values.isEmpty { return nil }
    }
}

/// Names with commas between them: `pic,icae`.
struct NameList: ExpressibleByArgument {
    let values: [String]

    init?(argument: String) {
        var seen: Set<String> = []
        values = argument.split(separator: ",").map { $0.trimmingCharacters(in: .whitespaces) }
            .filter { !$0.isEmpty && seen.insert($0).inserted }
        if values.isEmpty { return nil }
    }
}
