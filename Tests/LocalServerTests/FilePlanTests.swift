internal import LocalServer
internal import Testing

struct FilePlanTests {
  /// With 1,024 files every connection of clients used to be one that nobody else could have.
  @Test func silentConnectionsTakeNoFileOfTheSocketOrOfOtherServers() {
    let plan = FilePlan(files: 1024, processors: 2, hasSocket: true, meetsOthers: true)
    #expect(plan.network + plan.local + plan.peers + plan.unknownPeers + 64 + 3 * 2 + 2 * 16 <= 1024)
    #expect(plan.network >= 600)
    #expect(plan.local >= 32)
    #expect(plan.peers >= 64)
    #expect(plan.unknownPeers >= 32)
  }

  @Test func whatIsNotThereGetsNothing() {
    let plan = FilePlan(files: 1024, processors: 2, hasSocket: false, meetsOthers: false)
    #expect([plan.local, plan.peers, plan.unknownPeers] == [0, 0, 0])
    #expect(plan.network == 1024 - 96 - 6)
  }

  @Test(arguments: [Int.min, -1, 0, 1, 16, 64, 128, 256, 4096, 1_048_576, .max])
  func everyLimitLeavesSomethingForEverybody(_ files: Int) {
    let plan = FilePlan(files: files, processors: 64, hasSocket: true, meetsOthers: true)
    for share in [plan.network, plan.local, plan.peers, plan.unknownPeers] { #expect(share >= 1) }
    #expect(plan.local <= 256)
    #expect(plan.peers <= 768)
    #expect(plan.unknownPeers <= 256)
  }
}
