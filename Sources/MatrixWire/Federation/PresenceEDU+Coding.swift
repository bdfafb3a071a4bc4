extension PresenceEDU.Push {
  /// Nil without a person and a state (Protocol 6.4). Anything else that is malformed counts as not said.
  ///
  /// What only this server's own readers are told (`choice`, `unknown_reason`) is not taken from others.
  init?(_ item: CanonicalJSON) {
    guard let user = item["user_id"]?.text.flatMap({ UserID($0) }), let standard = item["presence"]?.text
    else { return nil }
    // No more than people of this server may say of themselves: it is kept, and goes to every watcher.
    let devices = item[FederationKey.deviceTypes]?.elements?.prefix(Self.mostDevices) ?? []
    let content = PresenceContent(
      state: PresenceState(wire: item[FederationKey.presence]?.text ?? standard),
      lastActiveAgo: item["last_active_ago"]?.milliseconds,
      currentlyActive: item["currently_active"]?.flag,
      statusMessage: item["status_msg"]?.text?.prefix(bytes: 1024),
      displayName: item["displayname"]?.text?.prefix(bytes: 1024),
      avatarURL: item["avatar_url"]?.text?.prefix(bytes: 1024),
      deviceTypes: Set(devices.compactMap { $0.text.flatMap { DeviceType($0) } }).sorted(),
      idleAgo: item[FederationKey.idleAgo]?.milliseconds)
    self.init(userID: user, content: content, sequence: item[FederationKey.sequence]?.count)
  }

  private static let mostDevices = 16

  /// Keys in canonical order.
  func write(to writer: inout JSONWriter, for reader: PeerVocabulary) {
    let isExact = reader == .exact
    let word = content.state.standard
    writer.open()
    writer.field("avatar_url", content.avatarURL)
    if isExact {
      writer.field(FederationKey.deviceTypes, content.deviceTypes.map(\.rawValue))
      writer.integer(FederationKey.idleAgo, content.idleAgo.map(Int64.init))
      if word != content.state { writer.field(FederationKey.presence, content.state.wire) }
      writer.integer(FederationKey.sequence, sequence)
    }
    writer.field("currently_active", content.currentlyActive)
    writer.field("displayname", content.displayName)
    writer.integer("last_active_ago", content.lastActiveAgo.map(Int64.init) ?? (isExact ? nil : 0))
    writer.field("presence", word.wire)
    writer.field("status_msg", content.statusMessage)
    writer.field("user_id", userID.rawValue)
    writer.close()
  }
}

extension String {
  /// As much from the start as fits, in whole characters.
  fileprivate func prefix(bytes most: Int) -> String {
    guard utf8.count > most else { return self }
    var end = utf8.index(startIndex, offsetBy: most)
    while end > startIndex, end.samePosition(in: unicodeScalars) == nil { end = utf8.index(before: end) }
    return String(self[..<end])
  }
}

extension PresenceEDU {
  /// An answer says no more states than it could be asked for.
  private static var mostAnswered: Int { Transaction.mostNames }

  /// Reads the content of an EDU, or of an answer.
  init(_ content: CanonicalJSON) {
    self.init()
    push = (content["push"]?.elements ?? []).prefix(Self.mostAnswered).compactMap(Push.init)
    poll = content.users("poll")
    unpoll = content.users("unpoll")
    queries = content.users(FederationKey.query)
    refused = content.users(FederationKey.refused)
    epoch = content[FederationKey.epoch]?.count
    promise = content[FederationKey.promise]?.milliseconds
    role = content[FederationKey.reminder]?.flag.map { $0 ? .reminder : .answer }
    wantsInlineAnswer = content[FederationKey.inline]?.flag ?? false
  }

  /// Keys in canonical order. `push` is always there, as today's servers demand.
  func write(to writer: inout JSONWriter, for reader: PeerVocabulary) {
    writer.open()
    writer.integer(FederationKey.epoch, epoch)
    if wantsInlineAnswer { writer.field(FederationKey.inline, true) }
    writer.field(FederationKey.query, queries.map(\.rawValue))
    writer.integer(FederationKey.promise, promise.map(Int64.init))
    writer.field(FederationKey.refused, refused.map(\.rawValue))
    writer.field(FederationKey.reminder, role.map { $0 == .reminder })
    writer.field("poll", poll.map(\.rawValue))
    writer.key("push")
    writer.openArray()
    for item in push {
      writer.element()
      item.write(to: &writer, for: reader)
    }
    writer.closeArray()
    writer.field("unpoll", unpoll.map(\.rawValue))
    writer.close()
  }
}
