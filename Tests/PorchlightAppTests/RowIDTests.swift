import MatrixWire
import PorchlightSDK
import Testing

@testable import PorchlightApp

@Suite struct RowIDTests {
  private static let other = AccountID(.user("@mara:far.test"))

  @Test func aUserOnTheListsOfTwoAccountsHasTwoRows() {
    let bob = UserID.user("bob")
    #expect(RowID.contact(bob, of: .own) != .contact(bob, of: Self.other))
    #expect(RowID.contact(bob, of: .own) != .invite(bob, of: .own))
  }

  @Test func aRosterKnowsNothingOfTheRowsOfAnotherAccount() {
    let scene = Scene([[.own()], [.invite("ola")], .person("bob", .online)].flatMap(\.self))
    let roster = scene.model.list.roster
    for row in [RowID.contact(.user("bob"), of: .own), .invite(.user("ola"), of: .own)] {
      #expect(roster.person(row)?.row == row)
    }
    for row in [RowID.contact(.user("bob"), of: Self.other), .invite(.user("ola"), of: Self.other)] {
      #expect(roster.person(row) == nil)
    }
  }
}
