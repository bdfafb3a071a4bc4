internal import PorchlightSDK
internal import Ports
internal import Screen

/// A part of the list as what it says, line by line, and nothing of how that looks: renderers turn it into a picture or
/// into sentences.
struct RosterDocument: Hashable, Sendable {
  struct Heading: Hashable, Sendable {
    let group: RosterGroup
    /// How many people are in it, shown or not.
    let count: Int
    let isFolded: Bool
    /// What can be done about the group.
    let hint: SafeText?
  }

  struct Entry: Hashable, Sendable {
    let name: SafeText
    let displayState: DisplayState
    /// Whether they were seen to do something, though their state is unknown.
    let hasTrace: Bool
    /// When they were last active, or asked.
    let activity: SafeText
    /// The change that the row waits for.
    let pending: ContactChange?
    /// Their own words, or why nothing is known of them.
    let remark: SafeText
    /// Changed a moment ago.
    let isNew: Bool
  }

  enum Content: Hashable, Sendable {
    case heading(Heading)
    case entry(Entry)
  }

  struct Line: Hashable, Sendable {
    let content: Content
    let isSelected: Bool
  }

  let lines: [Line]
  /// What there is to say, a sentence each, where the list has no lines at all.
  let emptyText: [SafeText]

  /// - Parameters:
  ///   - model: whose list it is.
  ///   - lines: which of its lines; only those cost anything.
  ///   - now: for ages, and for what stands out.
  init(_ model: Model, _ lines: [RosterLine], now: Moment) {
    self.lines = lines.compactMap { line in
      Content(line, model, now).map {
        Line(content: $0, isSelected: model.list.selection != nil && line.selectable == model.list.selection)
      }
    }
    emptyText = model.list.order.places.isEmpty ? Self.emptyText(model) : []
  }

  private static func emptyText(_ model: Model) -> [SafeText] {
    guard model.server.connection != .connecting else { return [] }
    guard !model.server.canAsk else {
      return ["nobody yet: + asks to see somebody", model.emptyHint]
    }
    return [
      "This server has no presence lists: nobody can be asked here.",
      "Whoever shares a room with you is shown.",
      "Your own state, status text and name work: 1 to 5, s, @.",
    ]
  }
}

extension RosterDocument.Content {
  /// Nil for a row whose person is gone.
  fileprivate init?(_ line: RosterLine, _ model: Model, _ now: Moment) {
    switch line {
    case .heading(let group, let count, let isFolded):
      let hint = RosterDocument.Heading.hint(
        group, isFolded: isFolded, canAsk: model.server.canAsk)
      self = .heading(.init(group: group, count: count, isFolded: isFolded, hint: hint))
    case .row(let row):
      guard let person = model.list.roster.person(row) else { return nil }
      self = .entry(RosterDocument.Entry(person, model, now))
    }
  }
}

extension RosterDocument.Heading {
  fileprivate static func hint(_ group: RosterGroup, isFolded: Bool, canAsk: Bool) -> SafeText? {
    switch (group, isFolded) {
    case (.invites, _): "A accepts, D denies"
    case (.offline, true): "o shows them"
    case (_, true): "Tab unfolds"
    case (.around, false) where canAsk: "+ asks to see them"
    case (_, false): nil
    }
  }
}

extension RosterDocument.Entry {
  fileprivate init(_ person: Person, _ model: Model, _ now: Moment) {
    name = person.safeName
    displayState = person.displayState
    hasTrace = person.trace != nil
    activity = SafeText(untrusted: person.activityText(at: now, lastHeard: model.server.lastHeardIfLost))
    pending = model.list.change(for: person.row)
    remark = SafeText(untrusted: person.trace.map { TraceText.of($0, at: now.instant) } ?? person.remark)
    isNew = model.list.highlights[person.row].map { $0 > now.instant } ?? false
  }
}
