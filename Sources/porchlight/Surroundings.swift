internal import Glibc
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
