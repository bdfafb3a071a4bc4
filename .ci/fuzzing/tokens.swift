/// Any key does: what is sealed has to come back.
private let seal = PositionSeal { bytes in (UInt8(0)..<4).map { bytes.reduce($0) { $0 &* 31 &+ $1 } } }

/// Access tokens, positions, device names and types: as they were sent, or not at all.
func fuzzTokens(_ bytes: [UInt8]) {
  let text = shown(bytes)
  check(AccessToken(text), text, 1...1024)
  check(DeviceID(text), text, 1...255)
  check(DeviceType(text), text, 3...255)
  guard let token = check(SyncToken(text), text, 1...255), let position = StreamPosition(token, seal)
  else { return }
  hold(position.token(seal) == token, "\(text) is not the one form of its position")
}

@discardableResult
private func check<Value: WireString>(_ value: Value?, _ text: String, _ sizes: ClosedRange<Int>) -> Value? {
  guard let value else { return nil }
  hold(isSame(value.rawValue, text), "\(Value.self) changed \(text)")
  hold(sizes.contains(text.utf8.count), "\(Value.self) took \(text.utf8.count) bytes")
  roundTrip([value])
  return value
}
