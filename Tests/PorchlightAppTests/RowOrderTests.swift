import MatrixWire
import PorchlightSDK
import Ports
import Testing

@testable import PorchlightApp

/// The order of rows, which follows what changed.
@Suite struct RowOrderTests {
  private static let states: [PresenceState] = [
    .online, .busy, .unavailable, .offline, .unknown, .freeForChat,
  ]
  private static let people = (0..<40).map { "p\($0)" }

  /// Following one change after the other comes out as sorting everybody does, whatever a hand holds in place meanwhile.
  @Test(arguments: 0..<8 as Range<UInt64>, [nil, RosterGroup.around])
  func followingChangesIsSorting(seed: UInt64, folded: RosterGroup?) {
    var random = SeededGenerator(seed: seed)
    var roster = Roster(userID: .own)
    var order = RowOrder(folded: folded.map { [$0] } ?? [])
    var model = SortedRows(folded: folded)
    for _ in 0..<400 {
      let count = Int.random(in: 0..<20, using: &random) == 0 ? 90 : 1
      let update = Self.update(count, &random)
      let isCalm = Bool.random(using: &random)
      let news = roster.apply(update, at: .origin)
      order.follow(roster, news, isCalm: isCalm)
      model.follow(roster, isCalm: isCalm || news.isEmpty)
      #expect(order.places.map(\.row) == model.places.map(\.row))
      #expect(order.places.map(\.key) == model.places.map(\.key))
      #expect(order.population == model.population)
      #expect(order.waiting == model.waiting)
      #expect(
        order.listed
          == roster.watched.reduce(into: [:]) { $0[DisplayState(seen: $1.state), default: 0] += 1 })
      for group in RosterGroup.allCases {
        let rows = model.places.filter { $0.key.group == group }.map(\.row)
        #expect(Array(order.rows(in: group)) == rows)
      }
      #expect(order.places.indices.allSatisfy { order.place(of: order.places[$0].row) == $0 })
    }
  }

  @Test func aRowBetweenFoldedGroupsMovesWhenTheOthersDo() {
    var roster = Roster(userID: .own)
    var order = RowOrder(folded: [.here, .offline])
    func follow(_ state: PresenceState) {
      let events: [StreamEvent] = [.list("ann", .accepted), .state("ann", state)]
      let news = roster.apply(RosterUpdate(events, isComplete: false), at: .origin)
      order.follow(roster, news, isCalm: true)
    }
    follow(.online)
    order.settle()
    follow(.offline)
    #expect(order.waiting.isEmpty && !order.isSettled)
    order.settle()
    #expect(order.isSettled && order.rows(in: .offline).count == 1)
  }

  /// A user may be on the lists of two accounts.
  @Test func theSameUserHasAPlaceInEachAccount() throws {
    let ann = try #require(
      Scene([.own()] + .person("ann", .online)).model.list.roster.contact(.user("ann")))
    let keys = ["mara", "mira"].map { RowOrder.Key(Person(ann, of: AccountID(.user($0)))) }
    #expect(keys[0] != keys[1] && keys[0] < keys[1] && !(keys[1] < keys[0]))
  }

  private static func update(_ count: Int, _ random: inout SeededGenerator) -> RosterUpdate {
    var events: [StreamEvent] = []
    var members: [RoomEvent] = []
    for _ in 0..<count {
      let name = people.randomElement(using: &random) ?? "p0"
      switch Int.random(in: 0..<8, using: &random) {
      case 0: events.append(.invite(name, Bool.random(using: &random) ? .pending : .withdrawn))
      case 1: events.append(.list(name, Bool.random(using: &random) ? .accepted : .dropped))
      case 2: members.append(.member(name, Bool.random(using: &random) ? .join : .leave))
      default:
        events.append(
          .state(
            name, states.randomElement(using: &random) ?? .online,
            called: ["Ann", "ann", nil, "Bo"].randomElement(using: &random) ?? nil))
      }
    }
    let rooms = RoomsUpdate(joined: [.named("hall"): RoomUpdate(timeline: members)])
    return RosterUpdate(
      events, isComplete: Int.random(in: 0..<30, using: &random) == 0, rooms: rooms)
  }

  /// One change among many people costs what it costs among few.
  @Test func aChangeCostsNoMoreAmongManyPeople() {
    func cost(_ count: Int) -> Duration {
      var roster = Roster(userID: .own)
      var order = RowOrder()
      let members: [RoomEvent] = (0..<count).map { .member("p\($0)") }
      let rooms = RoomsUpdate(joined: [.named("hall"): RoomUpdate(state: members)])
      let first = RosterUpdate([], isComplete: true, rooms: rooms, hasAllRooms: true)
      let beginning = roster.apply(first, at: .origin)
      order.follow(roster, beginning, isCalm: false)
      #expect(order.population == [.around: count])
      let clock = ContinuousClock()
      return (0..<5).map { _ in
        clock.measure {
          for step in 0..<200 {
            let event = StreamEvent.state("p\(step % count)", step % 2 == 0 ? .online : .busy)
            let news = roster.apply(RosterUpdate([event], isComplete: false), at: .origin)
            order.follow(roster, news, isCalm: false)
          }
        }
      }.min() ?? .zero
    }
    #expect(cost(5_000) < cost(250) * 10)
  }
}

/// The same in the simplest way.
private struct SortedRows {
  let folded: RosterGroup?
  var places: [RowOrder.Place] = []
  var population: [RosterGroup: Int] = [:]
  var waiting: [DisplayState?] = []

  mutating func follow(_ roster: Roster, isCalm: Bool) {
    let current = roster.people.map { RowOrder.Place(row: $0.row, key: RowOrder.Key($0)) }
    population = current.reduce(into: [:]) { $0[$1.group, default: 0] += 1 }
    let ordered = current.sorted { $0.key < $1.key }
    guard isCalm else {
      (places, waiting) = (ordered, [])
      return
    }
    let keys = Dictionary(current.map { ($0.row, $0.key) }, uniquingKeysWith: { first, _ in first })
    let known = Set(places.map(\.row))
    places = places.filter { keys[$0.row] != nil } + current.filter { !known.contains($0.row) }
    places = places.map { place in
      // Nobody sees them move.
      guard let key = keys[place.row], key.group == folded, place.group == folded else { return place }
      return RowOrder.Place(row: place.row, key: key)
    }
    places.sort { $0.key < $1.key }
    let isInOrder = places.map(\.row) == ordered.map(\.row) && places.map(\.group) == ordered.map(\.group)
    waiting = []
    guard !isInOrder else { return }
    for place in places {
      guard let key = keys[place.row], key != place.key else { continue }
      waiting.append(key.displayState == place.key.displayState ? nil : key.displayState)
    }
  }
}
