import MatrixWire
import PorchlightSDK
internal import Ports

/// JSON as an attacker might write it: members may come twice, and numbers are any text.
indirect enum RoughJSON {
  case raw(String)
  case array([RoughJSON])
  case object([(key: String, value: RoughJSON)])

  init(_ value: CanonicalJSON) {
    switch value {
    case .array(let elements): self = .array(elements.map { RoughJSON($0) })
    case .object(let object): self = .object(object.members.map { ($0.key, RoughJSON($0.value)) })
    default: self = .raw(String(decoding: value.bytes, as: UTF8.self))
    }
  }

  static func text(_ text: String) -> RoughJSON { RoughJSON(.string(text)) }

  func write(to bytes: inout [UInt8]) {
    switch self {
    case .raw(let text): bytes.append(contentsOf: text.utf8)
    case .array(let elements):
      bytes.append(UInt8(ascii: "["))
      for (index, element) in elements.enumerated() {
        if index > 0 { bytes.append(UInt8(ascii: ",")) }
        element.write(to: &bytes)
      }
      bytes.append(UInt8(ascii: "]"))
    case .object(let members):
      bytes.append(UInt8(ascii: "{"))
      for (index, member) in members.enumerated() {
        if index > 0 { bytes.append(UInt8(ascii: ",")) }
        RoughJSON.text(member.key).write(to: &bytes)
        bytes.append(UInt8(ascii: ":"))
        member.value.write(to: &bytes)
      }
      bytes.append(UInt8(ascii: "}"))
    }
  }

  /// How many values it is made of.
  var count: Int {
    switch self {
    case .raw: 1
    case .array(let elements): elements.reduce(1) { $0 + $1.count }
    case .object(let members): members.reduce(1) { $0 + $1.value.count }
    }
  }

  /// Changes the value at a place, counted from the outside inwards.
  mutating func change(at place: Int, _ change: (inout RoughJSON) -> Void) {
    guard place > 0 else { return change(&self) }
    var place = place - 1
    switch self {
    case .raw: break
    case .array(var elements):
      for index in elements.indices {
        if place < elements[index].count {
          elements[index].change(at: place, change)
          break
        }
        place -= elements[index].count
      }
      self = .array(elements)
    case .object(var members):
      for index in members.indices {
        if place < members[index].value.count {
          members[index].value.change(at: place, change)
          break
        }
        place -= members[index].value.count
      }
      self = .object(members)
    }
  }
}

/// What is put where something else belongs.
enum Oddities {
  static let raws = [
    "null", "true", "false", "0", "-0", "1", "-1", "0.1", "1.0", "1e400", "-1e400", "1e-400",
    "9007199254740993",
    "9223372036854775807", "9223372036854775808", "-9223372036854775809", "123456789012345678901234567890",
    "\"\"", "[]", "{}", "[null]", "[[]]", "{\"\":null}", "\"\\u0000\"", "\"\\ud800\"", "\"\\udc00\\ud800\"",
  ]
  static let texts = [
    "", " ", "\u{0}", "ann", "ANN", "bob", "@ann:harbor.example", "@bob:harbor.example",
    "@dan:harbor.example", "@eve:harbor.example",
    "@nobody:harbor.example", "@:harbor.example", "@ann:elsewhere.example", "@ann", ":", "@a:b:99999",
    "@a:[::1]:1",
    "@\u{e9}:harbor.example", "@e\u{301}:harbor.example", "\u{202E}\u{200B}\u{FEFF}",
    "\u{1F469}\u{200D}\u{1F680}",
    "*", "**", "m.*", "m.presence", "online", "hidden", "unknown", "free_for_chat", "m.login.password",
    "m.login.dummy", "m.login.registration_token", "m.login.token", "m.id.user", "m.id.thirdparty", "desktop",
    "com.example.device", "../..", "%2F", "%00", "{", "{}", "[]", "[1", "null", "-1", "0", "30000",
    "99999999999999999999", "guest", "user", "1", "m.push_rules", "M_UNKNOWN",
  ]
  static let names = [
    "type", "user", "username", "password", "auth", "session", "token", "identifier", "device_id", "presence",
    "status_msg", "invite", "accept", "deny", "drop", "revoke", "groups", "idle_ms", "closing", "polling",
    "device_type", "refresh_token", "initial_device_display_name", "inhibit_login", "displayname",
    "display_name",
    "avatar_url", "types", "not_types", "senders", "not_senders", "", "\u{0}", "e\u{301}", "__proto__",
  ]

  static func text(_ random: inout SeededGenerator) -> String {
    switch Int.random(in: 0..<10, using: &random) {
    case 0: return String(repeating: "x", count: [101, 257, 1_025, 4_000].randomElement(using: &random) ?? 1)
    case 1: return String(repeating: "\u{1F469}\u{301}", count: Int.random(in: 1...300, using: &random))
    case 2:
      let scalar = Unicode.Scalar(UInt32.random(in: 0...0x10FFFF, using: &random)) ?? "\u{FFFD}"
      return String(Character(scalar))
    default: return texts.randomElement(using: &random) ?? ""
    }
  }
}

extension RoughJSON {
  /// Changes one value somewhere.
  mutating func mutate(_ random: inout SeededGenerator) {
    let kind = Int.random(in: 0..<12, using: &random)
    var random = random
    change(at: Int.random(in: 0..<count, using: &random)) { value in
      switch (kind, value) {
      case (0...2, _): value = .raw(Oddities.raws.randomElement(using: &random) ?? "0")
      case (3...5, .raw): value = .text(Oddities.text(&random))
      case (6, _): value = Self.nest(value, &random)
      case (7, _): value = .object([(Oddities.names.randomElement(using: &random) ?? "", value)])
      case (8, .array(let elements)):
        let many = Int.random(in: 0...40, using: &random)
        value = .array(elements + Array(repeating: elements.first ?? .raw("1"), count: many))
      case (_, .array(let elements)):
        value = .array(elements + [.text(Oddities.text(&random))])
      case (_, .object(var members)):
        Self.mutate(&members, &random)
        value = .object(members)
      case (_, .raw): value = .raw(Oddities.raws.randomElement(using: &random) ?? "0")
      }
    }
    _ = random.next()
  }

  private static func nest(_ value: RoughJSON, _ random: inout SeededGenerator) -> RoughJSON {
    let depth = [1, 2, 40, 500, 600].randomElement(using: &random) ?? 1
    var bytes: [UInt8] = []
    value.write(to: &bytes)
    let isArray = Bool.random(using: &random)
    return .raw(
      String(repeating: isArray ? "[" : "{\"a\":", count: depth) + String(decoding: bytes, as: UTF8.self)
        + String(repeating: isArray ? "]" : "}", count: depth))
  }

  private static func mutate(
    _ members: inout [(key: String, value: RoughJSON)], _ random: inout SeededGenerator
  ) {
    let name = Oddities.names.randomElement(using: &random) ?? ""
    guard let index = members.indices.randomElement(using: &random) else {
      return members.append((name, .text(Oddities.text(&random))))
    }
    switch Int.random(in: 0..<6, using: &random) {
    case 0: members.remove(at: index)
    case 1: members[index].key = name
    case 2: members.append((members[index].key, .raw(Oddities.raws.randomElement(using: &random) ?? "0")))
    case 3: members.append((name, .text(Oddities.text(&random))))
    case 4: members[index].value = members.randomElement(using: &random)?.value ?? .raw("0")
    default: members[index].value = .text(Oddities.text(&random))
    }
  }
}

extension [UInt8] {
  /// Changes a few bytes.
  mutating func mutate(_ random: inout SeededGenerator) {
    for _ in 0..<Int.random(in: 1...3, using: &random) {
      guard let place = indices.randomElement(using: &random) else {
        append(UInt8.random(in: .min ... .max, using: &random))
        continue
      }
      switch Int.random(in: 0..<8, using: &random) {
      case 0: self[place] = UInt8.random(in: .min ... .max, using: &random)
      case 1: self[place] ^= 1 << UInt8.random(in: 0..<8, using: &random)
      case 2: remove(at: place)
      case 3: insert(contentsOf: self[place...].prefix(9), at: place)
      case 4:
        insert(
          [0x00, 0x20, 0x22, 0x2C, 0x5C, 0x7B, 0x7D, 0xC0, 0xFF].randomElement(using: &random) ?? 0, at: place
        )
      case 5: removeSubrange(place...)
      case 6: insert(contentsOf: [0xED, 0xA0, 0x80], at: place)
      default: insert(contentsOf: [0xEF, 0xBB, 0xBF], at: Bool.random(using: &random) ? 0 : place)
      }
    }
  }
}

extension WireRequest {
  /// Changes what surrounds the body.
  mutating func mutate(_ random: inout SeededGenerator, tokens: [AccessToken]) {
    switch Int.random(in: 0..<12, using: &random) {
    case 0: method = [.get, .put, .post, .delete, .options].randomElement(using: &random) ?? .get
    case 1...3:
      guard let place = path.indices.randomElement(using: &random) else { return path = ["_matrix"] }
      switch Int.random(in: 0..<5, using: &random) {
      case 0: path.remove(at: place)
      case 1: path.insert(path[place], at: place)
      case 2: path[place] = Oddities.text(&random)
      case 3:
        // Another user's, at the same endpoint.
        let names = ["ann", "bob", "cat", "dan", "eve", "zoe", "nobody"].map { "@\($0):harbor.example" }
        guard let place = path.firstIndex(where: { $0.hasPrefix("@") }) else { return }
        path[place] = names.randomElement(using: &random) ?? ""
      default:
        var bytes = Array(path[place].utf8)
        bytes.mutate(&random)
        path[place] = String(decoding: bytes, as: UTF8.self)
      }
    case 4:
      let versions = [["v3"], ["r0"], ["api", "v1"], ["unstable", "chat.porchlight"], ["v1"]]
      guard path.count > 2 else { return }
      path.replaceSubrange(
        2..<min(path[2] == "api" ? 4 : 3, path.count), with: versions.randomElement(using: &random) ?? [])
    case 5...7:
      let names = [
        "since", "from", "timeout", "set_presence", "filter", "kind", "full_state", "access_token", "limit",
        "",
      ]
      let item = QueryItem(names.randomElement(using: &random) ?? "", Oddities.text(&random))
      if let place = query.indices.randomElement(using: &random), Bool.random(using: &random) {
        query[place].value = query[place].name == "kind" ? "guest" : item.value
      } else {
        query.insert(item, at: 0)
      }
    case 8:
      if let place = query.indices.randomElement(using: &random) {
        query.remove(at: place)
      } else {
        accessToken = nil
      }
    case 9: accessToken = [AccessToken(Oddities.text(&random)), nil].randomElement(using: &random) ?? nil
    case 10: accessToken = tokens.randomElement(using: &random)
    default:
      body = Bool.random(using: &random) ? [] : body + Array(repeating: 0x20, count: 65_530)
    }
  }
}
