import HomeserverSQLite
import PorchlightTestSupport
import Testing

struct ContractTests {
  @Test(arguments: StorePromise.all)
  func theStoreOnDiskKeepsEveryPromise(_ promise: StorePromise) async throws {
    try await promise.hold(DiskPlace())
  }
}
