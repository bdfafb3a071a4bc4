internal import MatrixWire
internal import Testing

struct HTTPDateTests {
  @Test(
    arguments: [
      (784_111_777, "Sun, 06 Nov 1994 08:49:37 GMT"), (0, "Thu, 01 Jan 1970 00:00:00 GMT"),
      (951_782_400, "Tue, 29 Feb 2000 00:00:00 GMT"), (4_107_542_399, "Sun, 28 Feb 2100 23:59:59 GMT"),
      (4_107_542_400, "Mon, 01 Mar 2100 00:00:00 GMT"), (253_402_300_799, "Fri, 31 Dec 9999 23:59:59 GMT"),
    ] as [(Int64, String)])
  func aDateIsWrittenAsItIsRead(_ seconds: Int64, _ text: String) {
    #expect(HTTPDate.text(seconds: seconds) == text)
    #expect(HTTPDate.seconds(text) == seconds)
  }

  @Test func everyDayIsReadAsItIsWritten() {
    for day in stride(from: Int64(0), to: 146_097 * 2, by: 1) {
      let seconds = day * 86_400 + day % 86_400
      #expect(HTTPDate.seconds(HTTPDate.text(seconds: seconds)) == seconds)
    }
  }

  @Test func aClockThatIsFarOffHasADateAllTheSame() {
    #expect(HTTPDate.text(seconds: -1) == "Wed, 31 Dec 1969 23:59:59 GMT")
    #expect(HTTPDate.text(seconds: .min) == "Sat, 01 Jan 0000 00:00:00 GMT")
    #expect(HTTPDate.text(seconds: .max) == "Fri, 31 Dec 9999 23:59:59 GMT")
  }
}
