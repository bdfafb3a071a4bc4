internal import Glibc

/// The C compiler of this machine, for what is compared with and what counts.
enum Compiler {
  /// - Parameters:
  ///   - source: a file in C.
  ///   - options: more than `-O2 -w`.
  /// - Returns: the program or library, which its user removes; nil where it cannot be compiled.
  static func compile(_ source: String, _ options: [String] = []) -> String? {
    let name = source.split(separator: "/").last.map { $0.prefix { $0 != "." } } ?? "source"
    let program = "/tmp/porchlight-bench-\(name)-\(getpid())"
    guard access(source, R_OK) == 0,
      let compiler = (["/usr/bin/cc", "/usr/bin/gcc", "/usr/bin/clang"] as [String]).first(where: {
        access($0, X_OK) == 0
      }),
      let child = try? Child([compiler, "-O2", "-w"] + options + ["-o", program, source], until: nil)
    else { return nil }
    var status: Int32 = 0
    waitpid(child.pid, &status, 0)
    return status == 0 && access(program, R_OK) == 0 ? program : nil
  }
}
