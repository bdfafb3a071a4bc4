// swift-tools-version: 6.2
import PackageDescription

/// A package with unsafe flags cannot be depended upon, so these are only there where it is built for itself.
let isDependency = Context.packageDirectory.contains("/checkouts/")

/// Types such as `[UserID: Person]` are made from what the compiler knows. By default the name is looked up among the
/// 11,000 conformances of the program, each time for the first: a third of the roster's start.
let quickStart: [SwiftSetting] =
  isDependency
  ? []
  : [
    .unsafeFlags(
      ["-Xfrontend", "-disable-concrete-type-metadata-mangled-name-accessors"], .when(configuration: .release)
    )
  ]

/// Nothing looks up a symbol of the program by its name, and 47,000 of them would be bound at each start.
let noExports: [LinkerSetting] =
  isDependency ? [] : [.unsafeFlags(["-Xlinker", "--no-export-dynamic"], .when(configuration: .release))]

/// What every target of ours is held to: Swift 6 mode, explicit imports, warnings are errors.
let strict: [SwiftSetting] =
  quickStart + [
    .enableUpcomingFeature("ExistentialAny"),
    .enableUpcomingFeature("MemberImportVisibility"),
    .enableUpcomingFeature("InternalImportsByDefault"),
    .enableUpcomingFeature("NonisolatedNonsendingByDefault"),
    .treatAllWarnings(as: .error),
  ]

/// Targets that hold rules and values only: nothing unsafe without the word.
let pure = strict + [.strictMemorySafety()]

/// Rules, values and the simulator: optimised in debug builds too where CI asks for it, because it runs worlds by
/// the hundred. Never by default: a package with unsafe flags cannot be depended upon.
let simulated =
  Context.environment["PORCHLIGHT_OPTIMIZE"] == "1"
  ? pure + [.unsafeFlags(["-O", "-disable-batch-mode", "-wmo", "-num-threads", "2"])]
  : pure

let nio: [Target.Dependency] = ["NIOCore", "NIOHTTP1", "NIOPosix"].map {
  .product(name: $0, package: "swift-nio")
}
let ssl: Target.Dependency = .product(name: "NIOSSL", package: "swift-nio-ssl")
let logging: Target.Dependency = .product(name: "Logging", package: "swift-log")
let lifecycle: Target.Dependency = .product(
  name: "ServiceLifecycle", package: "swift-service-lifecycle")
let signals: Target.Dependency = .product(name: "UnixSignals", package: "swift-service-lifecycle")
let ordered: Target.Dependency = .product(name: "OrderedCollections", package: "swift-collections")

let package = Package(
  name: "porchlight",
  products: [
    .executable(name: "porchlight", targets: ["porchlight"]),
    // With the targets whose types stand in their interfaces.
    .library(name: "PorchlightSDK", targets: ["PorchlightSDK", "MatrixWire", "Ports"]),
    .library(name: "Homeserver", targets: ["Homeserver", "MatrixWire", "Ports", "PresenceCore", "RoomCore"]),
  ],
  dependencies: [
    .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.2"),
    .package(url: "https://github.com/apple/swift-collections", from: "1.6.0"),
    .package(url: "https://github.com/apple/swift-crypto", from: "4.5.2"),
    .package(url: "https://github.com/apple/swift-log", from: "1.16.2"),
    .package(url: "https://github.com/apple/swift-nio", from: "2.101.2"),
    .package(url: "https://github.com/apple/swift-nio-ssl", from: "2.37.6"),
    .package(url: "https://github.com/groue/GRDB.swift", from: "7.10.0"),
    .package(url: "https://github.com/hummingbird-project/hummingbird", from: "2.28.1"),
    .package(url: "https://github.com/LebJe/TOMLKit", from: "0.6.0"),
    .package(url: "https://github.com/swift-server/async-http-client", from: "1.37.0"),
    .package(url: "https://github.com/swift-server/swift-service-lifecycle", from: "2.13.0"),
  ],
  targets: [
    // The wire and the ports.
    .target(name: "MatrixWire", swiftSettings: simulated),
    .target(name: "Ports", dependencies: ["MatrixWire"], swiftSettings: simulated),

    // The server.
    .target(name: "RoomCore", dependencies: ["MatrixWire", "Ports"], swiftSettings: simulated),
    .target(
      name: "PresenceCore", dependencies: ["MatrixWire", "Ports", "RoomCore"], swiftSettings: simulated),
    .target(
      name: "PresenceFederation", dependencies: ["MatrixWire", "Ports", "PresenceCore"],
      swiftSettings: simulated),
    .target(
      name: "Homeserver",
      dependencies: ["MatrixWire", "Ports", "PresenceCore", "PresenceFederation", "RoomCore"],
      swiftSettings: strict),
    .target(
      name: "HomeserverSQLite",
      dependencies: [
        "Homeserver", "MatrixWire", "Ports", "PresenceCore", "PresenceFederation", "RoomCore",
        .product(name: "GRDB", package: "GRDB.swift"), .product(name: "GRDBSQLite", package: "GRDB.swift"),
      ],
      swiftSettings: strict),
    .target(name: "CAllocator"),
    .target(
      name: "HomeserverHTTP",
      dependencies: [
        "CAllocator", "Homeserver", "MatrixWire", "Ports", logging, lifecycle, ssl,
      ] + nio,
      swiftSettings: strict),

    // Many homeservers in one thread, with a clock, a network and disks that fail on purpose.
    .target(
      name: "FederationSimulator",
      dependencies: ["MatrixWire", "Ports", "PresenceCore", "PresenceFederation"],
      swiftSettings: simulated),

    // The outside, one package each.
    .target(name: "SmallFiles", swiftSettings: strict),
    .target(
      name: "AccountStore", dependencies: ["MatrixWire", "Ports", "SmallFiles"], swiftSettings: strict),
    .target(
      name: "MatrixCrypto",
      dependencies: [
        "MatrixWire", "Ports", .product(name: "Crypto", package: "swift-crypto"),
        .product(name: "CryptoExtras", package: "swift-crypto"),
      ],
      swiftSettings: strict),
    .target(
      name: "NetworkExchange",
      dependencies: [
        "MatrixWire", "Ports", .product(name: "AsyncHTTPClient", package: "async-http-client"), ssl,
      ] + nio,
      swiftSettings: strict),

    // Where other homeservers are, and the way there.
    .target(name: "CResolver", linkerSettings: [.linkedLibrary("resolv")]),
    .target(
      name: "PeerDiscovery", dependencies: ["CResolver", "MatrixWire", "Ports"], swiftSettings: strict),
    .target(
      name: "PeerNetwork",
      dependencies: [
        "MatrixWire", "PeerDiscovery", "Ports", ssl, .product(name: "NIOTLS", package: "swift-nio"),
      ] + nio,
      swiftSettings: strict),

    // The client.
    .target(
      name: "PorchlightSDK", dependencies: ["MatrixWire", "Ports", ordered], swiftSettings: strict),
    .target(name: "Screen", swiftSettings: pure),
    .target(name: "Keyboard", dependencies: ["Ports", "Screen"], swiftSettings: pure),
    .target(
      name: "PorchlightConfig", dependencies: ["SmallFiles", .product(name: "TOMLKit", package: "TOMLKit")],
      swiftSettings: strict),
    .target(
      name: "PorchlightApp",
      dependencies: [
        "Keyboard", "MatrixWire", "Ports", "PorchlightSDK", "PorchlightConfig", "Screen", ordered,
      ],
      swiftSettings: strict),

    // The terminal.
    // No pkgConfig: its flags make SwiftPM warn in every build. The header says what to install instead.
    .systemLibrary(name: "CNcurses", providers: [.apt(["libncursesw5-dev"])]),
    .target(
      name: "CTerminal", dependencies: ["CNcurses"],
      linkerSettings: [.linkedLibrary("ncursesw"), .linkedLibrary("tinfo")]),
    .target(
      name: "TerminalDriver", dependencies: ["CTerminal", "Keyboard", "Ports", "Screen"],
      swiftSettings: strict),

    // The homeserver of one machine's user, whichever process has it.
    .target(
      name: "LocalServer",
      dependencies: [
        "Homeserver", "HomeserverHTTP", "HomeserverSQLite", "MatrixWire", "NetworkExchange", "Ports",
        "SmallFiles", logging, lifecycle, signals,
      ], swiftSettings: strict),

    // What the server costs, measured by the executable.
    .target(
      name: "Bench",
      dependencies: [
        "Homeserver", "HomeserverHTTP", "MatrixWire", "Ports", "PresenceCore", "RoomCore",
        logging,
      ] + nio,
      swiftSettings: strict),

    .executableTarget(
      name: "porchlight-constant",
      dependencies: [.product(name: "Hummingbird", package: "hummingbird"), logging], swiftSettings: strict),

    // What a person starts.
    .target(
      name: "DemoWorld",
      dependencies: ["Homeserver", "MatrixWire", "Ports", "PorchlightSDK", "PresenceCore", "RoomCore"],
      swiftSettings: strict),
    .executableTarget(
      name: "porchlight",
      dependencies: [
        "AccountStore", "Bench", "DemoWorld", "FederationSimulator", "Homeserver", "HomeserverHTTP",
        "HomeserverSQLite",
        "LocalServer", "MatrixCrypto", "MatrixWire",
        "NetworkExchange", "PeerDiscovery", "PeerNetwork", "Ports", "PorchlightApp", "PorchlightConfig",
        "PorchlightSDK",
        "PresenceFederation", "RoomCore",
        "Screen", "SmallFiles", "TerminalDriver", logging, lifecycle, signals,
        .product(name: "ArgumentParser", package: "swift-argument-parser"),
      ],
      swiftSettings: strict, linkerSettings: noExports),

    // Tests.
    .target(
      name: "PorchlightTestSupport",
      dependencies: [
        "DemoWorld", "Homeserver", "MatrixWire", "Ports", "PorchlightApp", "PorchlightConfig",
        "PorchlightSDK", "PresenceCore", "PresenceFederation", "RoomCore", "Screen", ordered,
        .product(name: "DequeModule", package: "swift-collections"),
      ],
      path: "Tests/PorchlightTestSupport", swiftSettings: strict),
    .testTarget(name: "MatrixWireTests", dependencies: ["MatrixWire", "Ports"], swiftSettings: strict),
    .testTarget(name: "PortsTests", dependencies: ["Ports"], swiftSettings: strict),
    .target(name: "TestNames", dependencies: ["MatrixWire"], path: "Tests/TestNames", swiftSettings: strict),
    .testTarget(
      name: "PresenceCoreTests", dependencies: ["PresenceCore", "PorchlightTestSupport", "TestNames"],
      swiftSettings: strict),
    .testTarget(
      name: "PresenceFederationTests",
      dependencies: ["FederationSimulator", "PresenceFederation", "PorchlightTestSupport"],
      exclude: ["Scenarios"], swiftSettings: strict),
    .testTarget(
      name: "RoomCoreTests", dependencies: ["MatrixWire", "Ports", "RoomCore", "TestNames"],
      swiftSettings: strict),
    .testTarget(
      name: "HomeserverTests",
      dependencies: ["Homeserver", "PorchlightTestSupport", ordered],
      swiftSettings: strict),
    .target(
      name: "HTTPTestSupport",
      dependencies: [
        "Homeserver", "HomeserverHTTP", "MatrixWire", "PorchlightSDK", "PorchlightTestSupport", "Ports",
        logging,
        lifecycle,
      ] + nio,
      path: "Tests/HomeserverHTTPTests/Support", swiftSettings: strict),
    .testTarget(
      name: "HomeserverHTTPTests",
      dependencies: [
        "HomeserverHTTP", "HTTPTestSupport", "PorchlightTestSupport", logging, lifecycle,
        .product(name: "NIOEmbedded", package: "swift-nio"),
      ] + nio,
      exclude: ["Support"],
      swiftSettings: strict),
    .testTarget(
      name: "HomeserverSQLiteTests",
      dependencies: [
        "HomeserverSQLite", "PorchlightTestSupport", "RoomCore",
        .product(name: "GRDB", package: "GRDB.swift"),
      ],
      exclude: ["Databases"], swiftSettings: strict),
    .testTarget(
      name: "LocalServerTests",
      dependencies: ["HTTPTestSupport", "LocalServer", "PorchlightTestSupport", "SmallFiles", logging],
      swiftSettings: strict),
    .testTarget(
      name: "AccountStoreTests",
      dependencies: ["AccountStore", "HTTPTestSupport", "PorchlightTestSupport", "SmallFiles"],
      swiftSettings: strict),
    .testTarget(
      name: "MatrixCryptoTests", dependencies: ["MatrixCrypto", "PorchlightTestSupport"],
      swiftSettings: strict),
    .testTarget(
      name: "NetworkExchangeTests",
      dependencies: ["HomeserverHTTP", "HTTPTestSupport", "NetworkExchange", "PorchlightTestSupport"],
      swiftSettings: strict),
    .testTarget(
      name: "PeerDiscoveryTests", dependencies: ["PeerDiscovery", "PorchlightTestSupport"],
      swiftSettings: strict),
    .testTarget(
      name: "PeerNetworkTests",
      dependencies: [
        "HTTPTestSupport", "HomeserverHTTP", "MatrixWire", "PeerDiscovery", "PeerNetwork",
        "PorchlightTestSupport", "Ports", ssl,
      ] + nio,
      swiftSettings: strict),
    .testTarget(
      name: "PorchlightSDKTests", dependencies: ["PorchlightSDK", "PorchlightTestSupport"],
      swiftSettings: strict),
    .testTarget(
      name: "DemoWorldTests", dependencies: ["DemoWorld", "PorchlightTestSupport"], swiftSettings: strict),
    .testTarget(name: "ScreenTests", dependencies: ["Screen"], swiftSettings: strict),
    .testTarget(name: "KeyboardTests", dependencies: ["Keyboard", "Ports", "Screen"], swiftSettings: strict),
    .testTarget(
      name: "TerminalDriverTests",
      dependencies: ["PorchlightTestSupport", "TerminalDriver", "Ports", "Screen"],
      swiftSettings: strict),
    .testTarget(name: "PorchlightConfigTests", dependencies: ["PorchlightConfig"], swiftSettings: strict),
    .testTarget(
      name: "PorchlightAppTests", dependencies: ["Keyboard", "PorchlightApp", "PorchlightTestSupport"],
      exclude: ["Snapshots"], swiftSettings: strict),
    .testTarget(
      name: "FederationSimulatorTests",
      dependencies: [
        "FederationSimulator", "MatrixWire", "PorchlightTestSupport", "Ports", "PresenceCore",
        "PresenceFederation",
      ],
      swiftSettings: strict),
    .testTarget(name: "EndToEndTests", dependencies: ["PorchlightTestSupport"], swiftSettings: strict),
  ],
  cxxLanguageStandard: .cxx17
)
