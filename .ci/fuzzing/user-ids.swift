/// User IDs and server names: in parts and whole they are the same bytes, in a path and back as well.
func fuzzUserIDs(_ bytes: [UInt8]) {
  let text = shown(bytes)
  let decoded = PercentEncoding.decode(PercentEncoding.encode(text))
  hold(decoded.map { isSame($0, text) } == true, "\(text) is lost")
  if let server = ServerName(text) {
    hold(isSame(server.rawValue, text) && text.utf8.allSatisfy { $0 < 0x80 }, "the server name \(text)")
    roundTrip([server])
  }
  guard let user = UserID(text) else { return }
  hold(isSame(user.rawValue, text) && text.utf8.count <= 255, "\(user) was \(text)")
  hold(isSame("@\(user.localpart):\(user.server)", text), "the parts of \(text) are not it")
  hold(UserID(localpart: user.localpart, server: user.server) == user, "the parts of \(text) make another")
  hold(!user.localpart.utf8.contains { $0 == 0 || $0 == UInt8(ascii: ":") }, "the localpart of \(text)")
  hold(!(user < user), "\(text) comes before itself")
  if user.isValidForRegistration {
    hold(user.localpart.utf8.allSatisfy { (0x2B...0x7A).contains($0) }, "\(text) could be registered")
  }
  roundTrip([user])
  roundTrip(PresenceListRequest(invite: [user], groups: [user: [text]]))
}
