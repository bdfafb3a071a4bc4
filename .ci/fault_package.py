"""The package in which faults are planted: some targets of the repository, and those of their tests that need no more."""

# Target: what it depends on, as a manifest has it.
TARGETS = {
    "MatrixWire": "",
    "Ports": '"MatrixWire"',
    "RoomCore": '"MatrixWire", "Ports"',
    "PresenceCore": '"MatrixWire", "Ports", "RoomCore"',
    "PresenceFederation": '"MatrixWire", "Ports", "PresenceCore"',
    "FederationSimulator": '"MatrixWire", "Ports", "PresenceCore", "PresenceFederation"',
    "Homeserver": '"MatrixWire", "Ports", "PresenceCore", "PresenceFederation", "RoomCore"',
    "Screen": "",
    "Keyboard": '"Ports", "Screen"',
    "PorchlightSDK": '"MatrixWire", "Ports", .product(name: "OrderedCollections", package: "swift-collections")',
}
TESTS = {
    "RoomCoreTests": '"MatrixWire", "Ports", "RoomCore", "TestNames"',
    "PresenceCoreTests": '"PresenceCore", "PorchlightTestSupport", "TestNames"',
    "HomeserverTests": '"Homeserver", "PorchlightTestSupport", '
                       '.product(name: "OrderedCollections", package: "swift-collections")',
    "PresenceFederationTests": '"FederationSimulator", "PresenceFederation", "PorchlightTestSupport"',
    "PorchlightSDKTests": '"PorchlightSDK", "PorchlightTestSupport"',
    "KeyboardTests": '"Keyboard", "Ports", "Screen"',
    "FederationSimulatorTests": '"FederationSimulator", "PresenceFederation"',
}
# Thousands of tries with a clock, and worlds by the hundred, take longer than all else; they are there for other
# questions.
LEFT_OUT = {"TimingTests.swift", "SeedTests.swift", "ExperimentTests.swift", "MessageTests.swift"}
# Rows that name one of its tests are asked of that test alone.
WORLDS = "NoticingWorldTests"
# These run whole worlds.
OPTIMISED = {"MatrixWire", "Ports", "PresenceCore", "PresenceFederation", "RoomCore", "FederationSimulator"}
# The disk, and how peers are reached. GRDB and SwiftNIO have to be built for them, so they are left out where no selected
# fault is there.
NIO = ", ".join(f'.product(name: "{name}", package: "swift-nio")' for name in ("NIOCore", "NIOHTTP1", "NIOPosix", "NIOTLS")) + \
    ', .product(name: "NIOSSL", package: "swift-nio-ssl")'
GRDB = '.product(name: "GRDB", package: "GRDB.swift"), .product(name: "GRDBSQLite", package: "GRDB.swift")'
ADAPTERS = {
    "HomeserverSQLite": f'"Homeserver", "MatrixWire", "Ports", "PresenceCore", "PresenceFederation", "RoomCore", {GRDB}',
    "PeerDiscovery": '"CResolver", "MatrixWire", "Ports"',
    "PeerNetwork": f'"MatrixWire", "PeerDiscovery", "Ports", {NIO}',
}
ADAPTER_PACKAGES = """
    .package(url: "https://github.com/groue/GRDB.swift", from: "7.10.0"),
    .package(url: "https://github.com/apple/swift-nio", from: "2.101.2"),
    .package(url: "https://github.com/apple/swift-nio-ssl", from: "2.37.6"),"""
# Of their tests those that stand on no server of ours.
ADAPTER_TESTS = [
    '.target(name: "CResolver", linkerSettings: [.linkedLibrary("resolv")])',
    '.target(name: "HTTPTestSupport", dependencies: ["Ports"], path: "Tests/HomeserverHTTPTests/Support", '
    'sources: ["RealTime.swift"], swiftSettings: strict)',
    f'.testTarget(name: "PeerNetworkTests", dependencies: ["HTTPTestSupport", "PeerDiscovery", "PeerNetwork", "PorchlightTestSupport", {NIO}], '
    'sources: ["ConnectionOpenerTests.swift"], swiftSettings: strict)',
    f'.testTarget(name: "HomeserverSQLiteTests", dependencies: ["HomeserverSQLite", "PorchlightTestSupport", {GRDB}], '
    'sources: ["ContractTests.swift", "DiskPlace.swift", "FileTests.swift", "QueryPlanTests.swift"], swiftSettings: strict)',
]
# The roster, of whose tests those that show how it behaves. TOMLKit has to be built for it, so it is left out too where no
# selected fault is there.
APPLICATION = {
    "SmallFiles": "",
    "PorchlightConfig": '"SmallFiles", .product(name: "TOMLKit", package: "TOMLKit")',
    "PorchlightApp": '"Keyboard", "MatrixWire", "Ports", "PorchlightSDK", "PorchlightConfig", "Screen", '
                     '.product(name: "OrderedCollections", package: "swift-collections")',
}
APPLICATION_PACKAGES = """
    .package(url: "https://github.com/LebJe/TOMLKit", from: "0.6.0"),"""
APPLICATION_SUITES = ("AroundFoldingTests", "AroundTests", "CommandTests", "ConnectionTests", "RowOrderTests", "SteadyRowsTests")
APPLICATION_TESTS = [
    '.testTarget(name: "PorchlightAppTests", dependencies: ["Keyboard", "PorchlightApp"], sources: ['
    + ", ".join(f'"{name}.swift"' for name in (*APPLICATION_SUITES, "LinearRoster", "Porch", "Scene", "Snapshot", "TestRoom"))
    + '], swiftSettings: strict)',
]
# What the server's tests stand on, without the half of it that needs the application.
SUPPORT = "PorchlightTestSupport"
NAMES = "TestNames"
NAMES_TARGET = '.target(name: "TestNames", dependencies: ["MatrixWire"], path: "Tests/TestNames", swiftSettings: strict)'
SUPPORT_TARGET = """.target(
    name: "PorchlightTestSupport",
    dependencies: [
      "Homeserver", "MatrixWire", "Ports", "PorchlightSDK", "PresenceCore", "PresenceFederation", "RoomCore",
      .product(name: "DequeModule", package: "swift-collections"),
      .product(name: "OrderedCollections", package: "swift-collections"),
    ],
    path: "Tests/PorchlightTestSupport", exclude: ["AppDriver.swift", "TestHomeserver+DemoWorld.swift"], swiftSettings: strict)"""


def manifest(adapters, application):
    sources = TARGETS | (ADAPTERS if adapters else {}) | (APPLICATION if application else {})
    targets = [f'.target(name: "{name}", dependencies: [{needs}], '
               f'swiftSettings: strict{" + optimised" if name in OPTIMISED else ""})'
               for name, needs in sources.items()]
    tests = [f'.testTarget(name: "{name}", dependencies: [{needs}], swiftSettings: strict)'
             for name, needs in TESTS.items()]
    tests += (ADAPTER_TESTS if adapters else []) + (APPLICATION_TESTS if application else [])
    # As in Package.swift, but for warnings: a fault may leave a variable unused.
    return f"""// swift-tools-version: 6.2
import PackageDescription

let strict: [SwiftSetting] = [
  .enableUpcomingFeature("ExistentialAny"), .enableUpcomingFeature("MemberImportVisibility"),
  .enableUpcomingFeature("InternalImportsByDefault"), .enableUpcomingFeature("NonisolatedNonsendingByDefault"),
]
let optimised: [SwiftSetting] = [.unsafeFlags(["-O", "-disable-batch-mode", "-wmo", "-num-threads", "2"])]

let package = Package(
  name: "faults",
  dependencies: [{ADAPTER_PACKAGES if adapters else ""}{APPLICATION_PACKAGES if application else ""}
    .package(url: "https://github.com/apple/swift-collections", from: "1.6.0"),
  ],
  targets: [{", ".join(targets + [NAMES_TARGET, SUPPORT_TARGET] + tests)}])
"""
