import Homeserver
import PorchlightTestSupport
import Testing

struct MemoryStoreTests {
  private struct Place: StorePlace {
    let store = MemoryServerStore()

    func open() -> any ServerStore { store }
  }

  @Test(arguments: StorePromise.all) func aMemoryStoreKeepsEveryPromise(_ promise: StorePromise) async throws
  {
    try await promise.hold(Place())
  }
}
