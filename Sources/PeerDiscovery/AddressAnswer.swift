internal import CResolver

/// What is said of a host's addresses.
struct AddressAnswer: Sendable {
  var addresses: [String]
  /// Why there are none.
  var absence: AbsentHosts.Reason?
  /// Whether a question for other addresses of the host may have another answer.
  var isWorthMore: Bool

  init(_ outcome: Int32, _ records: ArraySlice<porch_resolver_address>, absentFor seconds: UInt32) {
    addresses = records.map(HostText.address)
    isWorthMore = outcome == Int32(PORCH_RESOLVER_OK) || outcome == Int32(PORCH_RESOLVER_NONE)
    guard addresses.isEmpty else { return }
    let isTold = isWorthMore || outcome == Int32(PORCH_RESOLVER_NO_NAME)
    absence = isTold ? .told(seconds == 0 ? nil : .seconds(Int64(seconds))) : .unanswered
  }

  /// For how many seconds an answer that says that something is not there counts; 0 where it does not say.
  static func absentFor(parsing bytes: [UInt8]) -> UInt32 { porch_resolver_parse_absence(bytes, bytes.count) }

  /// With what another question found: there are none only where neither found any, for as long as both say.
  func adding(_ other: AddressAnswer) -> AddressAnswer {
    var sum = self
    sum.addresses += other.addresses
    sum.absence =
      switch (absence, other.absence) {
      case (.told(let one), .told(let other)): .told([one, other].compactMap { $0 }.min())
      case (.unanswered, .some), (.some, .unanswered): .unanswered
      case (nil, _), (_, nil): nil
      }
    return sum
  }
}
