import MatrixWire
import PorchlightSDK
import Ports
import Screen

@testable import PorchlightApp

extension Scene {
  /// Everything a roster can hold at once: wide names, hostile names, long texts, both reasons for knowing
  /// nothing, invites.
  static func porch(
    rows: Int = 24, columns: Int = 80, glyphs: Glyphs = .unicode,
    capabilities: ScreenCapabilities = ScreenCapabilities(colors: 256, unicode: true),
    idleAfter: Duration = .seconds(300)
  ) -> Scene {
    var scene = Scene(
      porchPeople, rows: rows, columns: columns, glyphs: glyphs, capabilities: capabilities,
      idleAfter: idleAfter)
    scene.now.wall = .today(14, 5)
    scene.receive([.state("tomasz", .online, "pairing until 4", called: "Tomasz", on: [.desktop, .terminal])])
    scene.wait(.seconds(15 * 60))
    scene.receive([.state("amara", .online, "on call, ping me", called: "Amara")])
    scene.wait(.seconds(120))
    scene.receive([.state("jon", .unavailable, "lunch", called: "Jon", ago: .seconds(18 * 60))])
    scene.wait(.seconds(30))
    // The hand comes back, so that the scene starts with a user who is active.
    scene.press("}")
    scene.wait(.seconds(5))
    return scene
  }

  private static let porchPeople: [StreamEvent] = [
    [.own(.online, "in the workshop")],
    [.invite("ola", called: "Ola K."), .invite("@promo9:spam.test", at: .today(13, 10))],
    .person("tomasz", .unavailable, called: "Tomasz", ago: .seconds(1_200), on: [.desktop]),
    .person("amara", .online, called: "Amara"),
    .person("build-bot", .online, "main is green", ago: .seconds(240), on: [.bot]),
    .person("lilei", .online, "写代码 " + String(repeating: "很长", count: 20), called: "李雷"),
    .person("priya", .busy, "in a meeting", called: "Priya", ago: .seconds(720)),
    .person("zoe", .freeForChat, "tea?", called: "Zoe", ago: .seconds(60)),
    .person("jon", .online, "lunch", called: "Jon", ago: .seconds(60)),
    .person("kaya", .unavailable, "school run", called: "Kaya", ago: .seconds(41 * 60)),
    .person(
      "mallory", .online, "\u{1B}[2J\u{202E}gnp.exe\nsecond line\u{7}",
      called: "\u{1B}[31mMal\u{200B}lory\r\n"),
    .person("wide", .online, called: String(repeating: "王", count: 30), ago: .seconds(90)),
    .person("nadia", .offline, "back on Monday", called: "Nadia", ago: .seconds(3 * 86_400)),
    .person("ben", .offline, called: "Ben", ago: .seconds(7_200)),
    .person("greta", .unknown, called: "Greta", reason: .pending),
    .person("@ivan:far.test", .unknown, called: "Ivan", reason: .unreachable),
  ].flatMap(\.self)
}
