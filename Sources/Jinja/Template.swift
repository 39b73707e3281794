/// A Jinja template as chat models have one: read once, rendered on any conversation.
///
/// It means what it means to `apply_chat_template` of transformers: Jinja 3.1 in its sandbox where nothing can
/// be changed, with `trim_blocks` and `lstrip_blocks`, loop controls, `generation` blocks, `raise_exception`,
/// `strftime_now` and a `tojson` that escapes no HTML. What of Jinja no chat template uses is refused by name.
public struct Template: Sendable {
    private let statements: [Statement]

    /// Reads a template.
    /// - Throws: ``TemplateError`` at the first place that is no Jinja, or none that is known here.
    public init(_ source: String) throws(TemplateError) {
        statements = try Parser.statements(of: source)
    }

    /// What it writes.
    /// - Parameters:
    ///   - variables: by their names, beside the functions that every chat template has
    ///   - date: what `strftime_now` takes for today
    /// - Throws: ``TemplateError`` where it fails, also by `raise_exception`, and where it would write or count
    ///   without an end.
    public func render(_ variables: [String: Value], date: CalendarDate) throws(TemplateError) -> String {
        let interpreter = Interpreter(variables, date: date)
        do {
            return try interpreter.run(statements)
        } catch let error as TemplateError {
            throw error
        } catch {
            let fault = error as? Fault ?? .unsuitable("\(error)")
            throw TemplateError(position: interpreter.position, fault: fault)
        }
    }
}
