internal import MatrixWire
internal import PeerDiscovery
internal import Ports

/// Pages over HTTPS by the same connections.
struct WebConnections: WebGetter {
  let connections: PeerConnections
  let agent: String
  let time: any Timekeeper

  func get(_ address: WebAddress, largestBody: Int, timeout: Duration) async throws -> WireResponse {
    let host = address.host.hasPrefix("[") ? String(address.host.dropFirst().dropLast()) : address.host
    let message = PeerMessage(getting: address, agent: agent, largestAnswer: largestBody)
    let key = ConnectionKey(
      target: .init(host: host, port: address.port), certificateName: host, isEncrypted: true)
    return try await Deadline.run(timeout, by: time, waitingFor: address.description) {
      try await connections.send(message, by: key)
    }
  }
}
