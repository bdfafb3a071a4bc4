internal import GRDB
internal import Homeserver
internal import MatrixWire
internal import Ports
internal import PresenceFederation

/// The tables of other servers: relations with them, and what they have to be told.
enum PeerTables: StoreDomain {
  // MARK: Tables

  static let second = """
    CREATE TABLE life (
      id INTEGER PRIMARY KEY CHECK (id = 1),
      epoch INTEGER NOT NULL CHECK (epoch BETWEEN 0 AND 9007199254740991)
    ) STRICT;

    CREATE TABLE peer (
      name TEXT NOT NULL PRIMARY KEY,
      is_subscribed INTEGER NOT NULL CHECK (is_subscribed IN (0, 1)),
      order_epoch INTEGER CHECK (order_epoch BETWEEN 0 AND 9007199254740991),
      order_number INTEGER CHECK (order_number BETWEEN 0 AND 9007199254740991),
      CHECK ((order_epoch IS NULL) = (order_number IS NULL))
    ) STRICT, WITHOUT ROWID;

    CREATE TABLE unsent (
      observer TEXT NOT NULL,
      observed TEXT NOT NULL,
      kind TEXT NOT NULL CHECK (kind IN ('invite', 'accept', 'deny', 'drop')),
      question INTEGER CHECK (abs(question) <= 9007199254740991),
      PRIMARY KEY (observer, observed)
    ) STRICT, WITHOUT ROWID;
    """

  // MARK: Writing

  private static let peer = upsert("peer", ["name"], ["is_subscribed", "order_epoch", "order_number"])
  private static let unsent = upsert("unsent", ["observer", "observed"], ["kind", "question"])
  private static let epoch = upsert("life", ["id"], ["epoch"])

  static func write(_ change: PeerChange, to db: Database) throws {
    switch change {
    case .peer(let record):
      try db.run(
        peer, [record.name.rawValue, record.isSubscribed, record.order?.epoch, record.order?.number])
    case .forgetPeer(let name): try db.run("DELETE FROM peer WHERE name = ?", [name.rawValue])
    case .unsent(let message):
      try db.run(
        unsent,
        [message.observer.rawValue, message.observed.rawValue, message.kind.rawValue, message.inviteID])
    case .delivered(let message):
      try db.run(
        "DELETE FROM unsent WHERE observer = ? AND observed = ? AND kind = ? AND question IS ?",
        [message.observer.rawValue, message.observed.rawValue, message.kind.rawValue, message.inviteID])
    case .epoch(let number): try db.run(epoch, [1, number])
    }
  }

  // MARK: Reading

  static func rows(_ reader: StoreReader) throws -> PeerRows {
    var rows = PeerRows()
    rows.peers = try reader.rows("peer", "name, is_subscribed, order_epoch, order_number", peerRecord)
    rows.unsent = try reader.rows("unsent", "observer, observed, kind, question", message)
    rows.epoch = try Int64.fetchOne(reader.db, sql: "SELECT epoch FROM life") ?? 0
    return rows
  }

  private static func peerRecord(_ row: StoredRow) throws -> PeerRecord {
    let order = try row.optionalTime(2).map { epoch in
      Transaction.Order(epoch: epoch.milliseconds, number: try row.time(3).milliseconds)
    }
    return PeerRecord(name: try row.name(0), isSubscribed: try row.flag(1), order: order)
  }

  private static func message(_ row: StoredRow) throws -> ListEDU {
    guard let kind = ListEDU.Kind(rawValue: try row.text(2)) else { throw row.unreadable(2) }
    return ListEDU(
      kind, observer: try row.name(0), observed: try row.name(1),
      inviteID: try row.optionalTime(3)?.milliseconds)
  }
}
