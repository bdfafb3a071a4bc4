package import MatrixWire
internal import Ports

/// What the head of a request says of who sends it, before anything of its body is read.
package enum RequestSender: Hashable, Sendable {
  case session
  /// A server that claims to be one with a relation: the signature is proved when the body is there.
  case knownServer
  /// Another server, by its word.
  case unknown
  /// None of them.
  case nobody
}

extension Homeserver {
  /// Who sends a request, as far as its head tells.
  package func sender(of head: WireRequest) -> RequestSender {
    guard head.isBetweenServers else {
      guard let token = head.accessToken else { return .nobody }
      if case .valid = accounts.find(token, .access, at: time.wallTime) { return .session }
      return .nobody
    }
    guard let federationClient, let origin = federationClient.authentication.claimedOrigin(of: head) else {
      return .nobody
    }
    return federationClient.isKnown(origin) ? .knownServer : .unknown
  }
}
