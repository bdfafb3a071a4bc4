// `environ` is read before there is a second thread that could change it.
@preconcurrency internal import Glibc
internal import NetworkExchange
internal import PorchlightConfig
internal import Ports
internal import TerminalDriver

/// What the process finds around it. The only place that reads the environment.
struct ProcessEnvironment {
  private func variable(_ name: String) -> String? {
    getenv(name).map { String(cString: $0) }.flatMap { $0.isEmpty ? nil : $0 }
  }

  /// How to open the terminal. Colours stay away where `NO_COLOR` has any value (no-color.org).
  var terminal: TerminalOptions {
    var options = TerminalOptions(termName: variable("TERM"), useColor: variable("NO_COLOR") == nil)
    options.locale = variable("LC_ALL") ?? variable("LC_CTYPE") ?? variable("LANG") ?? "C"
    return options
  }

  /// Where themes are looked for.
  var themes: ThemeSearch {
    ThemeSearch(
      configHome: variable("XDG_CONFIG_HOME"), home: variable("HOME"), executablePath: executablePath)
  }

  /// Where data of this user is kept: `porchlight` in XDG_DATA_HOME, or in `.local/share`. Nil without a home.
  var dataFolder: String? {
    if let folder = variable("XDG_DATA_HOME"), folder.hasPrefix("/") { return "\(folder)/porchlight" }
    return home.map { "\($0)/.local/share/porchlight" }
  }

  /// Where what this user does not want to lose and would not copy elsewhere is kept: `porchlight` in XDG_STATE_HOME, or
  /// in `.local/state`. Nil without a home.
  var stateFolder: String? {
    if let folder = variable("XDG_STATE_HOME"), folder.hasPrefix("/") { return "\(folder)/porchlight" }
    return home.map { "\($0)/.local/state/porchlight" }
  }

  /// The path of a program, as a shell finds it; nil where there is none.
  func program(_ name: String) -> String? {
    (variable("PATH") ?? "/usr/local/bin:/usr/bin:/bin").split(separator: ":")
      .map { "\($0)/\(name)" }
      .first { $0.hasPrefix("/") && access($0, X_OK) == 0 }
  }

  /// All variables, as `NAME=value`, for programs that are started.
  var variables: [String] {
    var variables: [String] = []
    var next = environ
    while let variable = next.pointee {
      variables.append(String(cString: variable))
      next += 1
    }
    return variables
  }

  private var home: String? {
    if let home = variable("HOME"), home.hasPrefix("/") { return home }
    return account.map { String(cString: $0.pw_dir) }.flatMap { $0.hasPrefix("/") ? $0 : nil }
  }

  /// A file of certificates to trust, as OpenSSL and others know it.
  var certificateFile: String? { variable("SSL_CERT_FILE") }

  /// Which servers are reached through a proxy; the spelling in small letters is the older one, and wins.
  var proxyRules: ProxyRules {
    ProxyRules(
      proxy: variable("https_proxy") ?? variable("HTTPS_PROXY"),
      exceptions: variable("no_proxy") ?? variable("NO_PROXY"))
  }

  /// The name this user logs in with.
  var userName: String? { variable("USER") ?? account.map { String(cString: $0.pw_name) } }

  private var account: passwd? { getpwuid(geteuid())?.pointee }

  /// The terminal this process is started from, such as `pts/3`; nil where there is none.
  var terminalName: String? {
    ttyname(STDIN_FILENO).map { String(cString: $0) }.map {
      $0.hasPrefix("/dev/") ? String($0.dropFirst(5)) : $0
    }
  }

  /// How wide the terminal is that standard output goes to; nil where it goes elsewhere.
  var outputColumns: Int? {
    var size = winsize()
    guard isatty(STDOUT_FILENO) == 1, ioctl(STDOUT_FILENO, UInt(TIOCGWINSZ), &size) == 0, size.ws_col > 0
    else { return nil }
    return Int(size.ws_col)
  }

  /// How far local time is ahead of UTC at an instant: it changes with the seasons, while the roster is open too.
  static func utcOffset(at wall: WallTime) -> Duration {
    var instant = time_t(wall.milliseconds / 1_000)
    var local = tm()
    guard localtime_r(&instant, &local) != nil else { return .zero }
    return .seconds(local.tm_gmtoff)
  }

  /// The terminal's background as `COLORFGBG` has it, which some terminals set: `15;0`, `0;default;15`.
  ///
  /// - Returns: nil where it is not set, or says nothing of the background.
  var isBackgroundLight: Bool? {
    guard let last = variable("COLORFGBG")?.split(separator: ";").last, let index = Int(last),
      (0...15).contains(index)
    else { return nil }
    return index == 7 || index > 8
  }

  /// This program's file.
  var executablePath: String {
    guard let path = realpath("/proc/self/exe", nil) else { return CommandLine.arguments.first ?? "" }
    defer { free(path) }
    return String(cString: path)
  }
}
