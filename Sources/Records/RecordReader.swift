/// One pass over the records of a file.
protocol RecordReader {
    /// The next record; nil behind the last.
    /// - Throws: `RecordFault` for a record that cannot be read while the next one can; `DatasetError` for a file that
    ///   cannot
    mutating func next() throws -> Record?
}
