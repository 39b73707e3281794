import ArgumentParser
import Contract

struct BenchReadCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "read", abstract: "Reads data from its first document to its last, holding one.")

    @OptionGroup var options: BenchOptions
    @OptionGroup var data: DatasetOptions

    func run() throws {
        try options.apply()
        let stream = try data.open()
        var (documents, questions) = (0, 0)
        let seconds = try options.seconds {
            (documents, questions) = (0, 0)
            var reader = try stream.reader()
            while let document = try reader.next() {
                documents += 1
                questions += document.questions.count
            }
        }
        try options.show(
            BenchMeasurement(
                "read", of: "\(stream.id) with \(questions) questions", count: Double(documents),
                units: "documents", seconds: seconds))
    }
}
