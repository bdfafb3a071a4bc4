internal import MatrixWire
internal import Ports
internal import PresenceCore
internal import RoomCore

/// What an answer says of rooms.
enum RoomsAnswer: Sendable {
  case nothing
  /// Something has to be read from the store first.
  case unread
  /// Sections of `/sync`.
  case sections(SyncRooms)
  /// Events as `/events` has them, and how far they go.
  case events(RoomEventsWriter.Part)

  /// Whether there is something to say.
  var isNews: Bool {
    switch self {
    case .nothing, .unread: false
    case .sections, .events: true
    }
  }

  /// The sections of an answer to `/sync`; nil where nothing is said.
  var sections: SyncRooms? { if case .sections(let sections) = self { sections } else { nil } }

  /// The events of an answer to `/events`.
  var events: [[UInt8]] { part?.events ?? [] }

  /// The position in rooms up to which it says everything; nil where it says all there is.
  var end: UInt64? { part?.end }

  private var part: RoomEventsWriter.Part? { if case .events(let part) = self { part } else { nil } }
}

extension StreamView {
  /// How far the viewer's stream has come in rooms; nil for one who is in none.
  var roomPosition: UInt64? { rules.audience.membership.knows(viewer) ? rooms.position : nil }

  /// What a poll is told of news in rooms.
  ///
  /// - Parameters:
  ///   - news: what is new.
  ///   - query: who asks, in which form, and what passes.
  ///   - seal: writes positions.
  ///   - material: what was read; nil where only what is at hand may be told.
  /// - Returns: what is told, or that something has to be read first.
  func answer(
    _ news: [RoomNews], for query: RoomsQuery, _ seal: PositionSeal, _ material: RoomMaterial?
  ) -> RoomsAnswer {
    guard !news.isEmpty else { return .nothing }
    switch query.shape {
    case .withSender:
      let writer = RoomsWriter(view: self, query: query, seal: seal, material: material)
      return writer.sections(news).map { $0.isEmpty ? .nothing : .sections($0) } ?? .unread
    case .contentOnly:
      let writer = RoomEventsWriter(view: self, query: query, material: material)
      // Where a filter keeps out all of a part, a poll goes on after it.
      return writer.part(news).map { $0.events.isEmpty && $0.end == nil ? .nothing : .events($0) } ?? .unread
    }
  }
}
