/// Bodies of requests and answers: refused with one of four codes, or read back as they were written.
func fuzzDecoders(_ bytes: [UInt8]) {
  // What a client sends.
  check(LoginRequest.self, bytes)
  check(RegisterRequest.self, bytes)
  check(RefreshRequest.self, bytes)
  check(StatusUpdate.self, bytes)
  check(DeviceReport.self, bytes)
  check(PollingSwitch.self, bytes)
  check(PresenceListRequest.self, bytes)
  check(Profile.self, bytes)
  check(DeviceChange.self, bytes)
  check(DeviceRemoval.self, bytes)
  // What a server answers.
  check(SyncAnswer.self, bytes)
  check(PresenceContent.self, bytes)
  check(PresenceListAnswer.self, bytes)
  check(PresenceListResult.self, bytes)
  check(AuthenticationChallenge.self, bytes)
  check(Credentials.self, bytes)
  check(RefreshAnswer.self, bytes)
  check(VersionsAnswer.self, bytes)
  check(DevicesAnswer.self, bytes)
  check(MatrixError.self, bytes)
  _ = try? WireJSON.decode([StandardListEntry].self, from: bytes)
  if let event = try? WireJSON.decode(StreamEvent.self, from: bytes) {
    roundTrip(event)
    hold(event.encoded(as: .sync) == WireJSON.encode(event), "an event has two forms: \(event)")
  }
  let refusal = WireResponse(status: 400, headers: [.init("Retry-After", shown(bytes))], body: bytes).error
  hold(refusal != nil && (0...86_400_000).contains(refusal?.retryAfter ?? 0), "a refusal got lost")
  if let object = try? JSONObject(bytes) { hold(object.bytes == bytes, "an object was changed") }
}

func check<Value: Codable & Equatable>(_ type: Value.Type, _ bytes: [UInt8]) {
  do throws(MatrixError) {
    roundTrip(try WireJSON.decode(type, from: bytes))
  } catch {
    let codes: [ErrorCode] = [.notJSON, .badJSON, .missingParameter, .invalidParameter]
    hold(codes.contains(error.code) && !error.message.isEmpty, "\(type) is refused with \(error)")
  }
}
