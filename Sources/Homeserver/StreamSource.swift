internal import MatrixWire

/// One of the things a stream tells: presence with lists and invites, account data, rooms and what passes in them.
/// A source is made for one viewer at one moment, and an answer is put together of what each has to say.
///
/// `SyncService` knows its sources by their types: a poll costs no box for them and no call through a table.
protocol StreamSource {
  /// What it has to say, before it is written.
  associatedtype Section: Collection

  /// Whose stream it is. What others hide from them is in no section.
  var viewer: UserID { get }

  /// What changed after a position, oldest first; everything there is where it is nil.
  ///
  /// - Parameters:
  ///   - since: where the stream goes on.
  ///   - filter: what the viewer's client wants of it.
  /// - Returns: what has to be written of it.
  func changes(since: StreamPosition?, _ filter: SyncFilter) -> Section
}

/// Presence, lists and invites.
extension StreamView: StreamSource {
  func changes(since: StreamPosition?, _ filter: SyncFilter) -> [Notice] {
    func passes(_ notice: Notice) -> Bool { filter.presence.allows(notice, to: viewer) }
    return since.map { changes(since: $0, where: passes) } ?? everything().filter(passes)
  }
}
