/// The query of `GET /rooms/{roomId}/members` (Matrix specification, client-server API).
public struct MembersQuery: Hashable, Sendable {
  /// When, by a position of the stream; absent is now.
  public var at: SyncToken?
  /// The one membership to be told.
  public var membership: Membership?
  /// The one membership not to be told.
  public var notMembership: Membership?

  public init(at: SyncToken? = nil, membership: Membership? = nil, notMembership: Membership? = nil) {
    self.at = at
    self.membership = membership
    self.notMembership = notMembership
  }

  /// - Throws: `M_INVALID_PARAM` naming what is malformed.
  public init(_ request: WireRequest) throws(MatrixError) {
    self.init(
      at: try request.token("at"), membership: try request.membership("membership"),
      notMembership: try request.membership("not_membership"))
  }

  /// Whether users with that membership are told. With both conditions either suffices, as the specification says.
  public func allows(_ candidate: Membership) -> Bool {
    switch (membership, notMembership) {
    case (nil, nil): true
    case (let wanted?, nil): candidate == wanted
    case (nil, let unwanted?): candidate != unwanted
    case (let wanted?, let unwanted?): candidate == wanted || candidate != unwanted
    }
  }
}
