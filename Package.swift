// swift-tools-version: 6.2
import PackageDescription

/// What every target of ours is held to: Swift 6 mode, explicit imports, warnings are errors.
let strict: [SwiftSetting] = [
  .enableUpcomingFeature("ExistentialAny"),
  .enableUpcomingFeature("MemberImportVisibility"),
  .enableUpcomingFeature("InternalImportsByDefault"),
  .enableUpcomingFeature("NonisolatedNonsendingByDefault"),
  .treatAllWarnings(as: .error),
]

/// Targets that hold rules and values only: nothing unsafe without the word.
let pure = strict + [.strictMemorySafety()]

let ordered: Target.Dependency = .product(name: "OrderedCollections", package: "swift-collections")

let package = Package(
  name: "porchlight",
  products: [
    .executable(name: "porchlight", targets: ["porchlight"]),
    // With the targets whose types stand in their interfaces.
    .library(name: "PorchlightSDK", targets: ["PorchlightSDK", "MatrixWire", "Ports"]),
    .library(name: "Homeserver", targets: ["Homeserver", "MatrixWire", "Ports", "PresenceCore"]),
  ],
  dependencies: [
    .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.2"),
    .package(url: "https://github.com/apple/swift-collections", from: "1.6.0"),
    .package(url: "https://github.com/LebJe/TOMLKit", from: "0.6.0"),
  ],
  targets: [
    // The wire and the ports.
    .target(name: "MatrixWire", swiftSettings: pure),
    .target(name: "Ports", dependencies: ["MatrixWire"], swiftSettings: pure),

    // The server.
    .target(
      name: "PresenceCore",
      dependencies: ["MatrixWire", "Ports", .product(name: "HeapModule", package: "swift-collections")],
      swiftSettings: pure),
    .target(
      name: "Homeserver", dependencies: ["MatrixWire", "Ports", "PresenceCore"], swiftSettings: strict),

    // The client.
    .target(
      name: "PorchlightSDK", dependencies: ["MatrixWire", "Ports", ordered], swiftSettings: strict),
    .target(name: "Screen", swiftSettings: pure),
    .target(
      name: "PorchlightConfig", dependencies: [.product(name: "TOMLKit", package: "TOMLKit")],
      swiftSettings: strict),
    .target(
      name: "PorchlightApp",
      dependencies: ["MatrixWire", "Ports", "PorchlightSDK", "PorchlightConfig", "Screen", ordered],
      swiftSettings: strict),

    // The terminal.
    // No pkgConfig: its flags make SwiftPM warn in every build. The header says what to install instead.
    .systemLibrary(name: "CNcurses", providers: [.apt(["libncursesw5-dev"])]),
    .target(
      name: "CTerminal", dependencies: ["CNcurses"],
      linkerSettings: [.linkedLibrary("ncursesw"), .linkedLibrary("tinfo")]),
    .target(name: "TerminalDriver", dependencies: ["CTerminal", "Screen"], swiftSettings: strict),

    // What a person starts.
    .target(
      name: "DemoWorld", dependencies: ["MatrixWire", "Ports", "PorchlightSDK"], swiftSettings: strict),
    .executableTarget(
      name: "porchlight",
      dependencies: [
        "DemoWorld", "Homeserver", "MatrixWire", "Ports", "PorchlightApp", "PorchlightConfig",
        "PorchlightSDK", "Screen", "TerminalDriver",
        .product(name: "ArgumentParser", package: "swift-argument-parser"),
      ],
      swiftSettings: strict),

    // Tests.
    .target(
      name: "PorchlightTestSupport",
      dependencies: [
        "DemoWorld", "Homeserver", "MatrixWire", "Ports", "PorchlightApp", "PorchlightConfig",
        "PorchlightSDK",
        "PresenceCore", "Screen", ordered, .product(name: "DequeModule", package: "swift-collections"),
      ],
      path: "Tests/PorchlightTestSupport", swiftSettings: strict),
    .testTarget(name: "MatrixWireTests", dependencies: ["MatrixWire"], swiftSettings: strict),
    .testTarget(
      name: "PresenceCoreTests", dependencies: ["PresenceCore", "PorchlightTestSupport"],
      swiftSettings: strict),
    .testTarget(
      name: "HomeserverTests", dependencies: ["Homeserver", "PorchlightTestSupport"], swiftSettings: strict),
    .testTarget(
      name: "PorchlightSDKTests", dependencies: ["PorchlightSDK", "PorchlightTestSupport"],
      swiftSettings: strict),
    .testTarget(
      name: "DemoWorldTests", dependencies: ["DemoWorld", "PorchlightTestSupport"], swiftSettings: strict),
    .testTarget(name: "ScreenTests", dependencies: ["Screen"], swiftSettings: strict),
    .testTarget(
      name: "TerminalDriverTests", dependencies: ["TerminalDriver", "Screen"], swiftSettings: strict),
    .testTarget(name: "PorchlightConfigTests", dependencies: ["PorchlightConfig"], swiftSettings: strict),
    .testTarget(
      name: "PorchlightAppTests", dependencies: ["PorchlightApp", "PorchlightTestSupport"],
      exclude: ["Snapshots"], swiftSettings: strict),
    .testTarget(name: "EndToEndTests", dependencies: ["PorchlightTestSupport"], swiftSettings: strict),
  ],
  cxxLanguageStandard: .cxx17
)
