import Screen

@testable import PorchlightApp

/// Reads a list aloud, a sentence a line: proof that the document says all that the picture shows.
enum LinearRoster {
  static func sentences(_ document: RosterDocument) -> [String] {
    guard !document.lines.isEmpty else { return document.emptyText.map(\.string) }
    return document.lines.map { ($0.isSelected ? "Selected: " : "") + sentence($0.content) }
  }

  private static func sentence(_ content: RosterDocument.Content) -> String {
    switch content {
    case .heading(let heading):
      let fold = heading.isFolded ? ", folded" : ""
      let hint = heading.hint.map { "; \($0.string)" } ?? ""
      return "\(heading.group.title): \(heading.count)\(fold)\(hint)."
    case .entry(let entry):
      let activity = entry.activity.string == "-" ? "" : ", \(entry.activity.string)"
      let rest =
        entry.pending.map { ", \($0.progress)" } ?? (entry.remark.isEmpty ? "" : ", \(entry.remark.string)")
      return
        "\(entry.name.string), \(entry.displayState.word)\(activity)\(rest)\(entry.isNew ? ", new" : "")."
    }
  }
}
