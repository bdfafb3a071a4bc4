import Foundation
import Screen
import Testing

/// Compares a picture with the text recorded under the test's name in `Snapshots/`.
///
/// A missing record is written, and the test fails all the same: it has to be looked at first.
/// `PORCHLIGHT_RECORD=1` writes anew.
func expectSnapshot(
  _ grid: Grid, named name: String, filePath: String = #filePath,
  sourceLocation: SourceLocation = #_sourceLocation
) throws {
  let folder = URL(filePath: filePath).deletingLastPathComponent().appending(path: "Snapshots")
  let file = folder.appending(path: "\(name).txt")
  var text = grid.text + "\n"
  if let cursor = grid.cursor, cursor.isVisible {
    text += "cursor: row \(cursor.position.row), column \(cursor.position.column)\n"
  }
  let isRecording = ProcessInfo.processInfo.environment["PORCHLIGHT_RECORD"] == "1"
  let recorded = try? String(contentsOf: file, encoding: .utf8)
  guard let recorded, !isRecording else {
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    try text.write(to: file, atomically: true, encoding: .utf8)
    if recorded == nil {
      Issue.record("recorded \(name): look at it, then run again", sourceLocation: sourceLocation)
    }
    return
  }
  #expect(text == recorded, sourceLocation: sourceLocation)
}
