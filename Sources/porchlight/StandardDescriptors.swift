internal import Glibc

/// Standard input, output and error, which the parent process may leave closed (`porchlight who >&-`).
enum StandardDescriptors {
  /// Opens those that are closed, in a way that each use of them fails: the next file or socket would get their
  /// numbers otherwise, and what is printed would land in a database.
  static func fill() {
    for descriptor in [STDIN_FILENO, STDOUT_FILENO, STDERR_FILENO] where fcntl(descriptor, F_GETFD) < 0 {
      // The lowest number that is free, which is this one.
      _ = open("/dev/null", descriptor == STDIN_FILENO ? O_WRONLY : O_RDONLY)
    }
  }
}
