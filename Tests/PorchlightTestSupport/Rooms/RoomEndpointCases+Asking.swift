public import MatrixWire

extension RoomEndpointCases {
  /// Asks a server every case. Those that change something have a scene of their own.
  ///
  /// - Parameters:
  ///   - prefix: under which, `v3`.
  ///   - users: of the server.
  ///   - number: of the first scene; the next endpoint's goes on from `number + scenes`.
  ///   - respond: the server, where scenes are made.
  ///   - send: sends a request the way that is tried; status and body of the answer.
  /// - Returns: how answers differ from what they have to be, for people.
  /// - Throws: whatever `respond` and `send` throw, `Missing` where no scene can be made.
  public func differences(
    under prefix: String, of users: RoomScene.Users, number: Int, _ respond: @escaping RoomScene.Respond,
    _ send: (WireRequest) async throws -> (status: Int, body: String)
  ) async throws -> [String] {
    var differences: [String] = []
    func ask(_ each: RoomCase, _ scene: RoomScene) async throws {
      let answer = try await send(each.request(in: scene, under: prefix))
      if let difference = each.difference(status: answer.status, body: answer.body, in: scene) {
        differences.append(difference)
      }
    }
    for (index, each) in cases.filter({ $0.kind == .success }).enumerated() {
      try await ask(each, RoomScene(number + 1 + index, of: users, respond))
    }
    let scene = try await RoomScene(number, of: users, respond)
    for each in cases where each.kind != .success { try await ask(each, scene) }
    return differences
  }

  /// How many scenes they are asked in.
  public var scenes: Int { 1 + cases.count { $0.kind == .success } }
}
