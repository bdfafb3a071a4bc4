internal import Glibc
internal import NetworkExchange
internal import PorchlightConfig
internal import TerminalDriver

/// What the process finds around it. The only place that reads the environment.
struct Surroundings {
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

  /// How far local time is ahead of UTC now.
  var utcOffset: Duration {
    var now = time(nil)
    var local = tm()
    guard localtime_r(&now, &local) != nil else { return .zero }
    return .seconds(local.tm_gmtoff)
  }

  /// This program's file.
  var executablePath: String {
    guard let path = realpath("/proc/self/exe", nil) else { return CommandLine.arguments.first ?? "" }
    defer { free(path) }
    return String(cString: path)
  }
}
