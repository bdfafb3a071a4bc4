import MatrixWire
import Testing

/// Texts that only look alike are two.
struct BytewiseTests {
  private let composed = "\u{E9}"
  private let decomposed = "e\u{301}"

  @Test func textsOfOtherBytesAreNotEqual() {
    #expect(composed == decomposed, "Swift holds them for one.")
    #expect(Bytewise(wrappedValue: composed) != Bytewise(wrappedValue: decomposed))
    #expect(Bytewise(wrappedValue: composed) == Bytewise(wrappedValue: composed))
    #expect(Bytewise(wrappedValue: [composed, nil]) != Bytewise(wrappedValue: [decomposed, nil]))
    #expect(Bytewise(wrappedValue: [composed, nil]) == Bytewise(wrappedValue: [composed, nil]))
    #expect(Bytewise(wrappedValue: [composed]) != Bytewise(wrappedValue: [composed, composed]))
    #expect(Bytewise(wrappedValue: String?.some("")) != Bytewise(wrappedValue: nil))
  }

  @Test func whatSomebodyIsCalledAndSaysComparesByBytes() {
    #expect(Profile(displayName: composed) != Profile(displayName: decomposed))
    #expect(Profile(avatarURL: composed) != Profile(avatarURL: decomposed))
    #expect(
      Profile(displayName: composed, avatarURL: "a") == Profile(displayName: composed, avatarURL: "a"))
    let texts: [WritableKeyPath<PresenceContent, String?>] = [\.statusMessage, \.displayName, \.avatarURL]
    for text in texts {
      var (one, two) = (PresenceContent(state: .online), PresenceContent(state: .online))
      (one[keyPath: text], two[keyPath: text]) = (composed, decomposed)
      #expect(one != two)
      two[keyPath: text] = composed
      #expect(one == two)
    }
  }
}
