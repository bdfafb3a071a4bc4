internal import Glibc

/// How many files this process may have open. Every poll that waits is one.
enum FileLimit {
  /// Raises the soft limit as far as the hard one lets it.
  static func raise() {
    var limit = rlimit()
    guard getrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit) == 0 else { return }
    limit.rlim_cur = limit.rlim_max
    setrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit)
  }
}
