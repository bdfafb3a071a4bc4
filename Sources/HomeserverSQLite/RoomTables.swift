internal import FoundationEssentials
internal import GRDB
internal import Homeserver
internal import MatrixWire
internal import Ports
internal import RoomCore

/// The tables of rooms: their events, their current state, and what users keep about them.
enum RoomTables: StoreDomain {
  // MARK: Tables

  /// `room_state` says which event is the current one of each room, type and key, so that a start reads no timelines.
  /// Every index ends in the position, which is the row's own number.
  static let fifth = """
    CREATE TABLE room (
      id TEXT NOT NULL PRIMARY KEY,
      is_listed INTEGER NOT NULL CHECK (is_listed IN (0, 1))
    ) STRICT, WITHOUT ROWID;

    CREATE TABLE room_event (
      position INTEGER PRIMARY KEY CHECK (position BETWEEN 1 AND 9007199254740991),
      id TEXT NOT NULL UNIQUE,
      room TEXT NOT NULL,
      type BLOB NOT NULL CHECK (length(type) BETWEEN 1 AND 255),
      state_key BLOB CHECK (length(state_key) <= 255),
      sender TEXT NOT NULL,
      content BLOB NOT NULL,
      timestamp INTEGER NOT NULL CHECK (abs(timestamp) <= 9007199254740991),
      depth INTEGER NOT NULL CHECK (depth BETWEEN 1 AND 9007199254740991),
      previous BLOB NOT NULL,
      authorizing BLOB NOT NULL,
      content_hash TEXT NOT NULL,
      redacted_by TEXT
    ) STRICT;
    CREATE INDEX room_event_timeline ON room_event (room);
    CREATE INDEX room_event_state ON room_event (room, type, state_key) WHERE state_key IS NOT NULL;

    CREATE TABLE room_state (
      room TEXT NOT NULL,
      type BLOB NOT NULL,
      state_key BLOB NOT NULL,
      position INTEGER NOT NULL,
      PRIMARY KEY (room, type, state_key)
    ) STRICT, WITHOUT ROWID;
    CREATE INDEX room_state_change ON room_state (room, position);

    CREATE TABLE room_alias (
      alias TEXT NOT NULL PRIMARY KEY,
      room TEXT NOT NULL,
      creator TEXT NOT NULL
    ) STRICT, WITHOUT ROWID;

    CREATE TABLE room_forgotten (
      room TEXT NOT NULL,
      user TEXT NOT NULL,
      event TEXT NOT NULL,
      PRIMARY KEY (room, user)
    ) STRICT, WITHOUT ROWID;

    CREATE TABLE room_receipt (
      room TEXT NOT NULL,
      user TEXT NOT NULL,
      kind TEXT NOT NULL CHECK (kind IN ('m.read', 'm.read.private')),
      thread BLOB,
      event TEXT NOT NULL,
      event_position INTEGER NOT NULL CHECK (event_position BETWEEN 0 AND 9007199254740991),
      timestamp INTEGER NOT NULL CHECK (abs(timestamp) <= 9007199254740991),
      position INTEGER NOT NULL CHECK (position BETWEEN 0 AND 9007199254740991)
    ) STRICT;
    -- No key: two NULL are never the same. No thread is the number 0.
    CREATE UNIQUE INDEX room_receipt_key ON room_receipt (room, user, kind, ifnull(thread, 0));

    CREATE TABLE room_account_data (
      user TEXT NOT NULL,
      room TEXT NOT NULL,
      type BLOB NOT NULL,
      content BLOB NOT NULL,
      position INTEGER NOT NULL CHECK (position BETWEEN 0 AND 9007199254740991),
      PRIMARY KEY (user, room, type)
    ) STRICT;

    CREATE TABLE room_transaction (
      user TEXT NOT NULL,
      device BLOB NOT NULL,
      endpoint BLOB NOT NULL,
      id BLOB NOT NULL,
      event TEXT NOT NULL,
      number INTEGER NOT NULL CHECK (number BETWEEN 0 AND 9007199254740991),
      PRIMARY KEY (user, device, endpoint, id)
    ) STRICT, WITHOUT ROWID;
    """

  /// Messages that count as unread (`PDU.isMessage`), in the words of the index of them.
  static let areMessages = """
    redacted_by IS NULL
    AND type IN (x'6D2E726F6F6D2E6D657373616765', x'6D2E726F6F6D2E656E63727970746564')
    """
  /// Whether a member event made its user something else than the one before it. Those that did have an index.
  private static let setTurn = """
    changes_membership = e.membership IS NOT (
      SELECT b.membership FROM room_event AS b
      WHERE b.room = e.room AND b.type = e.type AND b.state_key = e.state_key AND b.position < e.position
      ORDER BY b.position DESC LIMIT 1)
    """

  /// What requests did goes with the device that sent them. Memberships stand beside the events that give them.
  static let sixth = """
    ALTER TABLE room_event ADD COLUMN membership TEXT;
    ALTER TABLE room_event ADD COLUMN changes_membership INTEGER NOT NULL DEFAULT 0
      CHECK (changes_membership IN (0, 1));
    UPDATE room_event SET membership = coalesce(CAST(content AS TEXT) ->> 'membership', 'leave')
      WHERE type = x'6D2E726F6F6D2E6D656D626572' AND state_key IS NOT NULL;
    UPDATE room_event AS e SET \(setTurn) WHERE e.membership IS NOT NULL;
    CREATE INDEX room_event_turn ON room_event (room, state_key) WHERE changes_membership = 1;
    CREATE INDEX room_event_message ON room_event (room) WHERE \(areMessages);

    CREATE TABLE room_request (
      user TEXT NOT NULL,
      device BLOB NOT NULL,
      endpoint BLOB NOT NULL,
      id BLOB NOT NULL,
      event TEXT NOT NULL,
      number INTEGER NOT NULL CHECK (number BETWEEN 0 AND 9007199254740991),
      PRIMARY KEY (user, device, endpoint, id),
      FOREIGN KEY (user, device) REFERENCES device (user, id) ON DELETE CASCADE
    ) STRICT, WITHOUT ROWID;
    INSERT INTO room_request SELECT user, device, endpoint, id, event, number FROM room_transaction AS t
      WHERE EXISTS (SELECT 1 FROM device WHERE user = t.user AND id = t.device);
    DROP TABLE room_transaction;
    ALTER TABLE room_request RENAME TO room_transaction;
    """

  // MARK: Writing

  private static let room = upsert("room", ["id"], ["is_listed"])
  private static let event = """
    INSERT INTO room_event (\(StoredRow.eventColumns()), previous, authorizing, content_hash, membership)
    VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
    ON CONFLICT (id) DO UPDATE SET content = excluded.content, redacted_by = excluded.redacted_by
    """
  private static let redacted = "UPDATE room_event SET content = ?, redacted_by = ? WHERE id = ?"
  /// Of a member event and of the one after it, which may have been stored first.
  private static let turn = """
    UPDATE room_event AS e SET \(setTurn) WHERE e.position IN (?1, (
      SELECT min(n.position) FROM room_event AS n
      WHERE n.room = ?2 AND n.type = ?3 AND n.state_key = ?4 AND n.position > ?1))
    """
  private static let state = upsert(
    "room_state", ["room", "type", "state_key"], ["position"], where: "excluded.position > position")
  private static let alias = upsert("room_alias", ["alias"], ["room", "creator"])
  private static let forgotten = upsert("room_forgotten", ["room", "user"], ["event"])
  private static let receipt = """
    INSERT INTO room_receipt (room, user, kind, thread, event, event_position, timestamp, position)
    VALUES (?, ?, ?, ?, ?, ?, ?, ?)
    ON CONFLICT (room, user, kind, ifnull(thread, 0)) DO UPDATE SET event = excluded.event,
      event_position = excluded.event_position, timestamp = excluded.timestamp, position = excluded.position
    """
  private static let accountData = upsert(
    "room_account_data", ["user", "room", "type"], ["content", "position"])
  /// Only for devices that are there: one may be logged out while its request is under way.
  private static let transaction = upsert(
    "room_transaction", ["user", "device", "endpoint", "id"], ["event", "number"],
    rows: "SELECT ?1, ?2, ?3, ?4, ?5, ?6 WHERE EXISTS (SELECT 1 FROM device WHERE user = ?1 AND id = ?2)")

  static func write(_ change: RoomChange, to db: Database) throws {
    switch change {
    case .room(let record): try db.run(room, [record.room.rawValue, record.isListed])
    case .event(let event, let links): try writeEvent(event, links, to: db)
    case .redacted(let event):
      try db.run(redacted, [event.content.blob, event.redactedBy?.rawValue, event.id.rawValue])
    case .alias(let record):
      try db.run(alias, [record.alias.rawValue, record.room.rawValue, record.creator.rawValue])
    case .removeAlias(let alias): try db.run("DELETE FROM room_alias WHERE alias = ?", [alias.rawValue])
    case .forgotten(let record):
      try db.run(forgotten, [record.room.rawValue, record.user.rawValue, record.event.rawValue])
    case .receipt(let record): try writeReceipt(record, to: db)
    case .accountData(let record):
      try db.run(
        accountData,
        [
          record.user.rawValue, record.room.rawValue, record.type.blob, record.content.blob,
          try record.position.storable,
        ])
    case .transaction(let record):
      try db.run(transaction, values(record.key) + [record.event.rawValue, try record.number.storable])
    case .removeTransaction(let key):
      try db.run(
        "DELETE FROM room_transaction WHERE user = ? AND device = ? AND endpoint = ? AND id = ?", values(key))
    }
  }

  private static func writeEvent(_ event: PDU, _ links: EventLinks, to db: Database) throws {
    let (room, type, key) = (event.room.rawValue, event.type.blob, event.stateKey?.blob)
    let position = try event.position.storable
    let isMember = event.type == RoomEventType.member && key != nil
    try db.run(
      Self.event,
      [
        position, event.id.rawValue, room, type, key, event.sender.rawValue, event.content.blob,
        event.timestamp.milliseconds, event.depth, event.redactedBy?.rawValue, list(links.previous),
        list(links.authorizing), links.contentHash,
        isMember ? (event.membership ?? .leave).rawValue : nil,
      ])
    if isMember { try db.run(turn, [position, room, type, key]) }
    if let key { try db.run(state, [room, type, key, position]) }
  }

  private static func writeReceipt(_ record: ReceiptRecord, to db: Database) throws {
    let receipt = record.receipt
    try db.run(
      Self.receipt,
      [
        record.room.rawValue, receipt.user.rawValue, receipt.kind.rawValue, receipt.thread?.blob,
        receipt.event.rawValue, try receipt.eventPosition.storable, receipt.timestamp.milliseconds,
        try receipt.position.storable,
      ])
  }

  private static func values(_ key: TransactionKey) -> [(any DatabaseValueConvertible)?] {
    [key.user.rawValue, key.device.rawValue.blob, key.endpoint.blob, key.id.blob]
  }

  /// A JSON array.
  private static func list(_ events: [EventID]) -> Data {
    CanonicalJSON.array(events.map { .string($0.rawValue) }).bytes.blob
  }

  // MARK: Reading

  static func rows(_ reader: StoreReader) throws -> RoomRows {
    var rows = RoomRows()
    rows.rooms = try reader.rows("room", "id, is_listed") {
      RoomRecord(room: try $0.name(0), isListed: try $0.flag(1))
    }
    try reader.read("room_state", "SELECT \(StoredRow.eventColumns()), \(joinedAt) FROM \(currentState)") {
      let event = try $0.event()
      rows.state.append(event)
      if let position = try $0.optionalCount(StoredRow.eventWidth) { rows.joins[event.id] = position }
    }
    rows.ends = try reader.rows(lastEvents, "room, id, depth, position") {
      RoomEnd(
        room: try $0.name(0), event: try $0.name(1), depth: try $0.integer(2), position: try $0.count(3))
    }
    rows.aliases = try reader.rows("room_alias", "alias, room, creator") {
      AliasRecord(alias: try $0.name(0), room: try $0.name(1), creator: try $0.name(2))
    }
    rows.forgotten = try reader.rows("room_forgotten", "room, user, event") {
      ForgottenRecord(room: try $0.name(0), user: try $0.name(1), event: try $0.name(2))
    }
    rows.receipts = try reader.rows(
      "room_receipt", "room, user, kind, thread, event, event_position, timestamp, position", receiptRecord)
    rows.accountData = try reader.rows("room_account_data", "user, room, type, content, position") {
      RoomDataRecord(
        user: try $0.name(0), room: try $0.name(1), type: try $0.text(2), content: try $0.bytes(3),
        position: try $0.count(4))
    }
    rows.transactions = try reader.rows("room_transaction", "user, device, endpoint, id, event, number") {
      TransactionRecord(
        key: TransactionKey(
          user: try $0.name(0), device: try $0.name(1), endpoint: try $0.text(2), id: try $0.text(3)),
        event: try $0.name(4), number: try $0.count(5))
    }
    return rows
  }

  /// With the position of an event that is not there, so that an error can name it.
  static let currentState = "(SELECT position FROM room_state) LEFT JOIN room_event USING (position)"
  /// Where a member came in whose current event says something else since.
  static let joinedAt = """
    iif(membership = 'join' AND NOT changes_membership, (
      SELECT max(t.position) FROM room_event AS t
      WHERE t.room = room_event.room AND t.state_key = room_event.state_key AND t.changes_membership = 1), NULL)
    """
  /// Found by the rooms, of which every one has state, and not by all events.
  static let lastEvents = """
    room_event WHERE position IN (
      SELECT (SELECT max(position) FROM room_event WHERE room = rooms.room)
      FROM (SELECT DISTINCT room FROM room_state) AS rooms)
    """

  private static func receiptRecord(_ row: StoredRow) throws -> ReceiptRecord {
    guard let kind = RoomReceipt.Kind(rawValue: try row.text(2)) else { throw row.unreadable(2) }
    return ReceiptRecord(
      room: try row.name(0),
      receipt: RoomReceipt(
        user: try row.name(1), kind: kind, thread: try row.optionalText(3), event: try row.name(4),
        eventPosition: try row.count(5), timestamp: try row.time(6), position: try row.count(7)))
  }
}
