import MatrixWire
import PorchlightTestSupport
import Ports
import Testing

@testable import Homeserver

/// Who gets to slow work, and in which order.
struct FairQueueTests {
  private func ticket(_ entrance: FairQueue<String>.Entrance) -> UInt64? {
    guard case .wait(let ticket, _) = entrance else { return nil }
    return ticket
  }

  @Test func whoeverWaitsAloneIsNotBehindAHundredOfAnother() {
    var queue = FairQueue<String>(capacity: 100)
    #expect(queue.enter("flood", isKnown: false) == .start)
    for _ in 0..<90 { _ = queue.enter("flood", isKnown: false) }
    let alone = ticket(queue.enter("alone", isKnown: false))
    _ = queue.leave()
    #expect(queue.leave() == alone)
  }

  @Test func whereThereIsNoRoomTheLongestQueueGivesWay() {
    var queue = FairQueue<String>(capacity: 4)
    _ = queue.enter("flood", isKnown: false)
    let tickets = (0..<4).map { _ in ticket(queue.enter("flood", isKnown: false)) }
    #expect(queue.enter("flood", isKnown: false) == .refused)
    #expect(queue.enter("b", isKnown: false) == .wait(5, insteadOf: tickets[3] ?? 0))
    #expect(queue.enter("c", isKnown: false) == .wait(6, insteadOf: tickets[2] ?? 0))
    #expect(queue.enter("d", isKnown: false) == .wait(7, insteadOf: tickets[1] ?? 0))
    #expect(queue.enter("e", isKnown: false) == .refused, "there it would be no fairer")
  }

  @Test func strangersFromHoweverManyAddressesDoNotKeepOutWhoIsKnown() {
    var queue = FairQueue<String>(capacity: 8)
    for number in 0..<50 { _ = queue.enter("unknown\(number)", isKnown: false) }
    let (ann, bob) = (ticket(queue.enter("ann", isKnown: true)), ticket(queue.enter("bob", isKnown: true)))
    let order = (0..<11).map { _ in queue.leave() }
    #expect(order[0] == ann)
    #expect(order[1] != bob, "strangers have every second turn")
    #expect(order[2] == bob)
    #expect(order.dropLast().allSatisfy { $0 != nil })
    #expect(order.last == UInt64?.none)
    #expect(queue.enter("anew", isKnown: false) == .start)
  }

  /// Each takes 100 ms, as scrypt does.
  @Test func aFloodOfPasswordsFromOneAddressHoldsUpNobodyElse() throws {
    let simulation = Simulation()
    let secrets = SlowSecrets(simulation.time)
    let work = PasswordWork(secrets, mostWaiting: 16)
    func start(_ name: String, _ address: String) -> Box<Bool> {
      let done = Box<Bool>()
      simulation.start {
        let share = PasswordWork.Share(source: .address(address), isKnown: false)
        let outcome: ()? = try? await { _ = try await work.verify(password: name, against: nil, share) }()
        done.set(outcome != nil)
      }
      return done
    }
    let flood = (0..<40).map { start("flood\($0)", "192.0.2.1") }
    let ann = start("ann", "192.0.2.2")
    simulation.advance(by: .milliseconds(350))
    #expect(ann.value == true)
    #expect(flood.count { $0.value == true } == 2)
    simulation.advance(by: .seconds(10))
    #expect(flood.allSatisfy { $0.value != nil }, "whoever found no room was told so")
    #expect(flood.contains { $0.value == false })
  }
}

private final class SlowSecrets: SecretHasher {
  private let time: VirtualTime
  private let base = TestSecrets()

  init(_ time: VirtualTime) { self.time = time }

  func hash(password: String) async throws(SecretHasherError) -> String {
    try? await time.sleep(until: time.instant + .milliseconds(100))
    return try await base.hash(password: password)
  }

  func verify(password: String, against hash: String?) async throws(SecretHasherError) -> Bool {
    try? await time.sleep(until: time.instant + .milliseconds(100))
    return try await base.verify(password: password, against: hash)
  }

  func cost(of hash: String) -> String? { base.cost(of: hash) }

  var cost: String { base.cost }

  func authenticationCode(of message: [UInt8], key: [UInt8]) -> [UInt8] {
    base.authenticationCode(of: message, key: key)
  }

  func digest(of token: AccessToken) -> TokenDigest { base.digest(of: token) }
}
