import MatrixWire
import PorchlightSDK
import PorchlightTestSupport
import Ports
import Testing

/// Refusals of ordinary servers, in words for people.
struct RefusalWordsTests {
  @Test(arguments: [
    (403, "M_FORBIDDEN", "may not be invited by you"), (403, "M_INVITE_BLOCKED", "takes no invites"),
    (400, "M_UNSUPPORTED_ROOM_VERSION", "the room is of a version that a server does not have"),
    (404, "M_NOT_FOUND", "could not be invited: is the user ID right?"),
    (429, "M_LIMIT_EXCEEDED", "too often: the server takes the next one in 5 s"),
    (400, "M_BAD_STATE", "the server does not take it (M_BAD_STATE)"),
  ])
  func anInviteThatIsRefusedSaysWhy(status: Int, code: String, words: String) throws {
    let scene = try OrdinaryScene()
    scene.server.reply("POST createRoom", with: #"{"errcode":"\#(code)","error":"(raw)"}"#, status: status)
    let source = RoomRosterSource(scene.session, .plain, seed: 1)
    let error = #expect(throws: SDKError.self) {
      try scene.perform(.change(.invite(scene.bob)), by: source)
    }
    #expect(error?.message == words)
    #expect(error?.isTransient == (status == 429))
  }
}
