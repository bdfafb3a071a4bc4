internal import AccountStore
internal import ArgumentParser
internal import MatrixWire
internal import Screen
internal import SmallFiles

/// `porchlight accounts`: who one is where.
struct AccountsCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "accounts", abstract: "Show your accounts, and choose the one that commands mean.",
    subcommands: [AccountsListCommand.self, AccountsDefaultCommand.self],
    defaultSubcommand: AccountsListCommand.self)
}

/// `porchlight accounts list`.
struct AccountsListCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "list", abstract: "Show your accounts; what accounts does without a subcommand.",
    discussion: "The default one is marked with *. Ends with 1 where there is none.")

  /// An account as JSON tells of it; nothing of it is secret.
  private struct Report: Encodable {
    let userID: UserID
    let homeserver: String
    let deviceID: DeviceID?
    let method: Account.Method
    let isDefault: Bool
    let isInKeyring: Bool

    enum CodingKeys: String, CodingKey {
      case userID = "user_id"
      case homeserver
      case deviceID = "device_id"
      case method
      case isDefault = "default"
      case isInKeyring = "in_keyring"
    }
  }

  @OptionGroup var list: ListOptions

  func run() async throws {
    let store = try Accounts().store
    let (accounts, usual) = try Accounts.reading { () throws(FileProblem) in
      (try store.accounts(), try store.defaultAccount()?.userID)
    }
    try list.show(
      accounts,
      as: { account in
        Report(
          userID: account.userID, homeserver: account.baseURL.text, deviceID: account.deviceID,
          method: account.method, isDefault: account.userID == usual, isInKeyring: account.isInKeyring)
      },
      orSay: "there is no account; porchlight login @you:example.org makes one"
    ) { account in
      [
        SafeText(untrusted: account.userID == usual ? "*" : " "), Output.identifier(account.userID),
        SafeText(untrusted: account.baseURL.text),
        SafeText(untrusted: account.isInKeyring ? "keyring" : "file"),
      ]
    }
  }
}

/// `porchlight accounts default`.
struct AccountsDefaultCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "default", abstract: "Choose the account that commands mean where none is named.")

  @Argument(help: "@ann:example.org, or ann where that is enough.")
  var account: String

  func run() async throws {
    let accounts = try Accounts()
    let user = try accounts.named(account).userID
    do throws(FileProblem) {
      try await accounts.store.setDefault(user)
    } catch {
      throw Failure("the accounts: \(error.message)")
    }
  }
}
