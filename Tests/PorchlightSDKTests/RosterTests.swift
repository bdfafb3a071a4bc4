import MatrixWire
import OrderedCollections
import PorchlightSDK
import Ports
import Testing

struct RosterTests {
  let me = Sample.me
  let ann = Sample.ann
  let bob = Sample.bob

  // MARK: Contacts

  @Test func somebodyInvitedIsAdded() throws {
    var roster = Roster.mine()
    let changes = roster.take(Sample.listed(bob, .pending))
    let contact = try #require(roster.contacts[bob])
    #expect(changes == [.added(contact)])
    #expect(contact.relation == .pending && contact.state == .unknown)
  }

  @Test func aYesChangesTheRelation() throws {
    var roster = Roster.mine(Sample.listed(bob, .pending))
    let before = try #require(roster.contacts[bob])
    let changes = roster.take(Sample.listed(bob, .accepted))
    let after = try #require(roster.contacts[bob])
    #expect(changes == [.changed(from: before, to: after)])
    #expect(after.relation == .accepted)
  }

  @Test(arguments: [ListState.denied, .dropped, .revoked])
  func somebodyGoneIsRemovedWithTheReason(state: ListState) throws {
    var roster = Roster.mine(Sample.listed(bob, .accepted))
    let contact = try #require(roster.contacts[bob])
    #expect(roster.take(Sample.listed(bob, state)) == [.removed(contact, state)])
    #expect(roster.contacts.isEmpty)
  }

  @Test func somebodyGoneTwiceIsNoNews() {
    var roster = Roster.mine()
    #expect(roster.take(Sample.listed(bob, .dropped)) == [])
  }

  @Test func aStateChanges() throws {
    var roster = Roster.mine(Sample.listed(bob, .accepted), Sample.present(bob, .offline))
    let before = try #require(roster.contacts[bob])
    let changes = roster.take(Sample.present(bob, .busy, "hush"))
    let after = try #require(roster.contacts[bob])
    #expect(changes == [.changed(from: before, to: after)])
    #expect(after.state == .busy && after.statusText == "hush")
  }

  @Test func theSameAgainIsNoNews() {
    var roster = Roster.mine(Sample.listed(bob, .accepted), Sample.present(bob, .busy, "hush"))
    #expect(roster.take(Sample.listed(bob, .accepted), Sample.present(bob, .busy, "hush")) == [])
  }

  @Test func strangersAreNotKept() {
    var roster = Roster.mine()
    #expect(roster.take(Sample.present(bob, .online)) == [])
    #expect(roster == Roster.mine())
  }

  @Test func contactsKeepTheOrderTheyCameIn() {
    let roster = Roster.mine(
      Sample.listed(bob, .pending), Sample.listed(ann, .accepted), Sample.listed(bob, .accepted))
    #expect(Array(roster.contacts.keys) == [bob, ann])
  }

  @Test func agesAreCountedBackFromTheArrival() {
    let content = PresenceContent(state: .unavailable, lastActiveAgo: 40_000, idleAgo: 30_000)
    let roster = Roster.mine(
      Sample.listed(bob, .accepted), .presence(bob, content), at: Sample.at(100))
    #expect(roster.contacts[bob]?.lastActive == Sample.at(60))
    #expect(roster.contacts[bob]?.idleSince == Sample.at(70))
  }

  @Test func whoBecomesUnknownKeepsTheirLastActivity() {
    var roster = Roster.mine(
      Sample.listed(bob, .accepted), .presence(bob, PresenceContent(state: .online, lastActiveAgo: 0)))
    roster.take(.presence(bob, PresenceContent(state: .unknown, unknownReason: .unreachable)))
    #expect(roster.contacts[bob]?.lastActive == .origin)
    #expect(roster.contacts[bob]?.unknownReason == .unreachable)
  }

  @Test(arguments: [("Bob", "Bob"), (nil, "Robert"), ("", "bob")])
  func aNameNotStatedStaysAndAnEmptyOneClears(stated: String?, shown: String) {
    var roster = Roster.mine(
      Sample.listed(bob, .accepted), .presence(bob, PresenceContent(state: .online, displayName: "Robert")))
    roster.take(.presence(bob, PresenceContent(state: .online, displayName: stated)))
    #expect(roster.contacts[bob]?.name == shown)
  }

  @Test(arguments: [" ", "\u{200B}\u{202E}", "\u{3164}", "\t\u{2028}"])
  func aNameNobodySeesIsNone(stated: String) {
    let roster = Roster.mine(
      Sample.listed(bob, .accepted), .presence(bob, PresenceContent(state: .online, displayName: stated)),
      Sample.asks(ann, name: stated))
    #expect(roster.contacts[bob]?.name == "bob")
    #expect(roster.invites[ann]?.displayName == nil)
  }

  @Test func anEmptyTextIsNone() {
    let roster = Roster.mine(Sample.listed(bob, .accepted), Sample.present(bob, .online, ""))
    #expect(roster.contacts[bob]?.statusText == nil)
  }

  // MARK: Invites

  @Test func somebodyAsks() throws {
    var roster = Roster.mine()
    let changes = roster.take(Sample.asks(ann, name: "Ann"))
    let invite = try #require(roster.invites[ann])
    #expect(changes == [.invited(invite)])
    #expect(invite.name == "Ann" && invite.receivedAt == WallTime(milliseconds: 17))
  }

  @Test func somebodyAskingAgainIsNoNews() {
    var roster = Roster.mine(Sample.asks(ann))
    #expect(roster.take(Sample.asks(ann)) == [])
  }

  @Test(arguments: [InviteState.accepted, .denied, .withdrawn, .revoked])
  func anInviteIsSettled(state: InviteState) throws {
    var roster = Roster.mine(Sample.asks(ann))
    let invite = try #require(roster.invites[ann])
    #expect(roster.take(Sample.asks(ann, state)) == [.inviteGone(invite, state)])
    #expect(roster.invites.isEmpty)
  }

  @Test(arguments: [InviteState.accepted, .revoked])
  func aSettlementOfNoInviteIsNoNews(state: InviteState) {
    var roster = Roster.mine()
    #expect(roster.take(Sample.asks(ann, state)) == [])
  }

  @Test func anInviteToSomebodyElseIsNotMine() {
    var roster = Roster.mine()
    #expect(roster.take(Sample.asks(ann, of: bob)) == [])
  }

  // MARK: Oneself

  @Test func theOwnEchoSaysChoiceAndState() {
    var roster = Roster.mine()
    let before = roster.own
    let content = PresenceContent(state: .unavailable, statusMessage: "hush", choice: .online)
    let changes = roster.take(.presence(me, content))
    #expect(changes == [.own(from: before, to: roster.own)])
    #expect(roster.own.choice == .online && roster.own.state == .unavailable)
    #expect(roster.own.statusText == "hush")
  }

  @Test func theOwnEchoAgainIsNoNews() {
    var roster = Roster.mine(Sample.present(me, .busy))
    #expect(roster.take(Sample.present(me, .busy)) == [])
  }

  @Test func aServerThatSaysNoChoiceMeansTheState() {
    #expect(Roster.mine(Sample.present(me, .busy)).own.choice == .busy)
  }

  @Test func whatIsNotRecognisedIsPassedOver() {
    var roster = Roster.mine()
    #expect(roster.take(.unrecognized(type: "m.typing")) == [])
  }

  // MARK: Complete answers

  @Test func aCompleteAnswerSaysOnlyWhatIsDifferent() throws {
    var roster = Roster.mine(
      Sample.listed(ann, .accepted), Sample.present(ann, .online), Sample.listed(bob, .accepted),
      Sample.asks(ann))
    let goneContact = try #require(roster.contacts[bob])
    let goneInvite = try #require(roster.invites[ann])
    let cem = Sample.person("cem")
    let answer = Sample.answer(
      Sample.listed(ann, .accepted), Sample.present(ann, .online), Sample.listed(cem, .pending),
      Sample.asks(bob))
    let changes = roster.apply(answer, isComplete: true, at: .origin)
    let newContact = try #require(roster.contacts[cem])
    let newInvite = try #require(roster.invites[bob])
    #expect(
      changes == [
        .removed(goneContact, .dropped), .added(newContact), .inviteGone(goneInvite, .withdrawn),
        .invited(newInvite),
      ])
  }

  @Test func theSameCompleteAnswerLaterIsNoNews() {
    func answer(_ ago: Int) -> SyncAnswer {
      Sample.answer(
        Sample.listed(ann, .accepted),
        .presence(ann, PresenceContent(state: .online, lastActiveAgo: ago, currentlyActive: false)),
        Sample.asks(bob))
    }
    var roster = Roster.mine()
    _ = roster.apply(answer(60_000), isComplete: true, at: Sample.at(100))
    #expect(roster.apply(answer(70_000), isComplete: true, at: Sample.at(110)) == [])
  }

  @Test func aCompleteAnswerWithNothingEmptiesTheList() {
    var roster = Roster.mine(Sample.listed(ann, .accepted), Sample.asks(bob))
    _ = roster.apply(Sample.answer(), isComplete: true, at: .origin)
    #expect(roster == Roster.mine())
  }

  @Test(arguments: [(37, true), (1999, true), (2000, false)])
  func anAnswerThatTookLongerIsNoNews(milliseconds: Int, expected: Bool) {
    func answer(_ ago: Int) -> SyncAnswer {
      let content = PresenceContent(state: .online, lastActiveAgo: ago, currentlyActive: false)
      return Sample.answer(Sample.listed(bob, .accepted), .presence(bob, content))
    }
    var roster = Roster.mine()
    _ = roster.apply(answer(70_000), isComplete: true, at: Sample.at(100))
    let late = Sample.at(110) + .milliseconds(milliseconds)
    #expect(roster.apply(answer(80_000), isComplete: true, at: late).isEmpty == expected)
  }
}
