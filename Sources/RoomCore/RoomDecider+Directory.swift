internal import MatrixWire

/// Aliases and the directory.
extension RoomDecider {
  mutating func setAlias(_ alias: RoomAlias, _ id: RoomID) throws(MatrixError) {
    guard alias.server == rules.server else {
      throw MatrixError(
        .invalidParameter, "Aliases of this server end in ':\(rules.server)'; '\(alias)' does not.")
    }
    _ = try enterAsMember(id)
    guard rules.room(of: alias) == nil else {
      throw MatrixError(.roomInUse, "The alias \(alias) is taken.")
    }
    guard rules.aliases(of: id).count < limits.aliasesPerRoom else {
      throw MatrixError(.tooLarge, "The room has \(limits.aliasesPerRoom) aliases, which is the most.")
    }
    add(.alias(AliasRecord(alias: alias, room: id, creator: sender)))
  }

  /// Takes an alias away, and out of the room's own list of them where the sender may write that.
  mutating func removeAlias(_ alias: RoomAlias) throws(MatrixError) {
    guard let record = rules.aliasRecords[alias], let room = rules.rooms[record.room] else {
      throw MatrixError(.notFound, "There is no alias \(alias).")
    }
    let mayWrite = mayWriteAliases(of: room)
    guard record.creator == sender || mayWrite else {
      throw MatrixError(
        .forbidden, "\(sender) neither made the alias \(alias) nor may change those of its room.")
    }
    _ = enter(room)
    add(.removeAlias(alias))
    guard mayWrite, let content = room.state(RoomEventType.canonicalAlias)?.fields else { return }
    let changed = Self.removing(alias, from: content)
    guard changed != content else { return }
    try append(
      EventDraft(type: RoomEventType.canonicalAlias, stateKey: "", sender: sender, content: changed))
  }

  private static func removing(
    _ alias: RoomAlias, from content: CanonicalJSON.Object
  ) -> CanonicalJSON.Object {
    var content = content
    let text = CanonicalJSON.string(alias.rawValue)
    if content["alias"] == text { content["alias"] = nil }
    if let others = content["alt_aliases"]?.elements {
      let left = others.filter { $0 != text }
      content["alt_aliases"] = left.isEmpty ? nil : .array(left)
    }
    return content
  }

  /// Every alias a room says it has anew has to be one of it.
  ///
  /// - Parameters:
  ///   - content: what `m.room.canonical_alias` is to say.
  ///   - before: what it says, or what is known to be true.
  ///   - room: whose state it is.
  /// - Throws: `M_INVALID_PARAM` for what is no alias, `M_BAD_ALIAS` for one of another room or none.
  func checkAliases(
    in content: CanonicalJSON.Object, _ before: CanonicalJSON.Object, _ room: RoomID
  ) throws(MatrixError) {
    let known = Self.aliases(in: before)
    for value in Self.aliases(in: content) where !known.contains(value) {
      guard let alias = value.text.flatMap({ RoomAlias($0) }) else {
        throw MatrixError(.invalidParameter, "An alias is a text such as '#hall:\(rules.server)'.")
      }
      guard rules.room(of: alias) == room else {
        throw MatrixError(.badAlias, "\(alias) is no alias of the room \(room).")
      }
    }
  }

  /// What stands where aliases belong.
  private static func aliases(in content: CanonicalJSON.Object) -> [CanonicalJSON] {
    let first = content["alias"].map { $0 == .null || $0 == "" ? [] : [$0] } ?? []
    return first + (content["alt_aliases"].map { $0.elements ?? [$0] } ?? [])
  }

  mutating func setListed(_ id: RoomID, _ isListed: Bool) throws(MatrixError) {
    let room = try enterAsMember(id)
    guard mayWriteAliases(of: room) else {
      throw MatrixError(.forbidden, "\(sender) may not say whether the directory lists the room \(id).")
    }
    guard room.isListed != isListed else { return }
    add(.room(RoomRecord(room: id, isListed: isListed)))
  }

  private func mayWriteAliases(of room: Room) -> Bool {
    let levels = room.powerLevels
    return room.membership(of: sender) == .join
      && levels.level(of: sender) >= levels.required(for: RoomEventType.canonicalAlias, isState: true)
  }
}
