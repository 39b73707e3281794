/// What no cell is at fault for, and every other one would run into: a run ends with it, and the same command goes on
/// from there.
public protocol RunEndingError: Error {}
