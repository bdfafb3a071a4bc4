internal import ArgumentParser
internal import Screen

/// How a command shows a list: as a table for people, or as JSON.
struct ListOptions: ParsableArguments {
  @Flag(help: "As a JSON array.")
  var json = false

  /// Shows a list.
  ///
  /// - Parameters:
  ///   - elements: what is on it.
  ///   - report: an element as JSON tells of it.
  ///   - remark: what is said where there is nothing on it, which is then no success; nil where it always is.
  ///   - row: an element as a table tells of it.
  /// - Throws: `ExitStatus.failed` for such a list.
  func show<Element, Report: Encodable>(
    _ elements: [Element], as report: (Element) -> Report, orSay remark: String? = nil,
    row: (Element) -> [SafeText]
  ) throws {
    if json {
      Output.json(elements.map(report))
    } else {
      Output.table(elements.map(row))
    }
    guard let remark, elements.isEmpty else { return }
    if !json { Output.remark(remark) }
    throw ExitCode(ExitStatus.failed)
  }
}
