internal import Glibc

/// What the C compiler of this machine made of a file, for as long as this is held.
final class CompiledFile: Sendable {
  let path: String

  /// Nil where there is no compiler, or the file cannot be compiled.
  ///
  /// - Parameters:
  ///   - source: a file in C.
  ///   - options: more than `-O2 -w`.
  init?(_ source: String, _ options: [String] = []) {
    let name = source.split(separator: "/").last.map { $0.prefix { $0 != "." } } ?? "source"
    path = "/tmp/porchlight-bench-\(name)-\(getpid())"
    guard access(source, R_OK) == 0,
      let compiler = (["/usr/bin/cc", "/usr/bin/gcc", "/usr/bin/clang"] as [String]).first(where: {
        access($0, X_OK) == 0
      }),
      let child = try? Child([compiler, "-O2", "-w"] + options + ["-o", path, source], until: nil)
    else { return nil }
    var status: Int32 = 0
    waitpid(child.pid, &status, 0)
    guard status == 0, access(path, R_OK) == 0 else { return nil }
  }

  deinit { unlink(path) }
}
