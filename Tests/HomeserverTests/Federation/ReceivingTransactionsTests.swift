import MatrixWire
import PorchlightTestSupport
import PresenceFederation
import Testing

@testable import Homeserver

/// One transaction of each server at a time, and its repetitions.
struct ReceivingTransactionsTests {
  private var receiving = ReceivingTransactions<Int>()
  private let blue: ServerName
  private let red: ServerName

  init() throws {
    blue = try ServerName("blue.example").orThrow("a name")
    red = try ServerName("red.example").orThrow("a name")
  }

  private func transaction(_ id: String, from origin: ServerName) -> Transaction {
    Transaction(id: id, origin: origin, sentAt: 0)
  }

  @Test mutating func theSameAgainWaitsForTheFirst() {
    let first = transaction("1", from: blue)
    #expect(receiving.admission(of: first) == .free)
    receiving.begin(first)
    for number in 1...4 {
      #expect(receiving.admission(of: first) == .repeated)
      receiving.wait(number, for: first)
    }
    #expect(receiving.admission(of: first) == .refused, "a fifth is too many")
    #expect(receiving.end(first) == [1, 2, 3, 4])
    #expect(receiving.admission(of: first) == .free)
    #expect(receiving.count == 0)
  }

  @Test mutating func anotherOfTheSameServerIsRefusedAndThoseOfOthersAreNot() {
    receiving.begin(transaction("1", from: blue))
    #expect(receiving.admission(of: transaction("2", from: blue)) == .refused)
    #expect(receiving.admission(of: transaction("1", from: red)) == .free)
  }
}
