extension ListEDU.Kind {
  private static let dropType = UnstablePrefix.key("presence_drop")

  /// The type of EDU it is sent as.
  var type: String {
    switch self {
    case .invite: "m.presence_invite"
    case .accept: "m.presence_accept"
    case .deny: "m.presence_deny"
    case .drop: Self.dropType
    }
  }

  init?(type: String) {
    switch type {
    case "m.presence_invite": self = .invite
    case "m.presence_accept": self = .accept
    case "m.presence_deny": self = .deny
    case Self.dropType: self = .drop
    default: return nil
    }
  }
}

extension ListEDU {
  /// Nil where the content does not name both people.
  init?(_ kind: Kind, _ content: CanonicalJSON) {
    guard let observer = content["observer_user"]?.text.flatMap({ UserID($0) }),
      let observed = content["observed_user"]?.text.flatMap({ UserID($0) })
    else { return nil }
    self.init(kind, observer: observer, observed: observed, inviteID: content[FederationKey.inviteID]?.count)
  }

  func write(to writer: inout JSONWriter) {
    writer.open()
    writer.integer(FederationKey.inviteID, inviteID)
    writer.field("observed_user", observed.rawValue)
    writer.field("observer_user", observer.rawValue)
    writer.close()
  }
}

extension EDU {
  private static let presenceType = "m.presence"

  /// Never fails: what does not parse is of no concern here, and does not cost its neighbours.
  ///
  /// - Throws: `M_TOO_LARGE` where it says more states than one may.
  init(_ edu: CanonicalJSON) throws(MatrixError) {
    let type = edu["edu_type"]?.text ?? ""
    guard let content = edu["content"], case .object = content else {
      self = .other(type: type)
      return
    }
    if type == Self.presenceType {
      guard content["push"]?.elements?.count ?? 0 <= Transaction.mostStates else {
        throw MatrixError(.tooLarge, "An EDU says more than \(Transaction.mostStates) states.")
      }
      for key in ["poll", "unpoll", FederationKey.query, FederationKey.refused]
      where content[key]?.elements?.count ?? 0 > Transaction.mostNames {
        throw MatrixError(.tooLarge, "An EDU names more than \(Transaction.mostNames) people in '\(key)'.")
      }
      self = .presence(PresenceEDU(content))
    } else {
      self = ListEDU.Kind(type: type).flatMap { ListEDU($0, content) }.map(EDU.list) ?? .other(type: type)
    }
  }

  func write(to writer: inout JSONWriter, for reader: PeerVocabulary) {
    writer.open()
    writer.key("content")
    let type: String
    switch self {
    case .presence(let presence):
      type = Self.presenceType
      presence.write(to: &writer, for: reader)
    case .list(let message):
      type = message.kind.type
      message.write(to: &writer)
    case .other(let other):
      type = other
      writer.open()
      writer.close()
    }
    writer.field("edu_type", type)
    writer.close()
  }
}
