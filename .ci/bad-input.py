#!/usr/bin/env python3
"""Wrong use is answered by one line on standard error and exit status 2, and never by a trap.

usage: bad-input.py BINARY
"""

import os
import pty
import subprocess
import sys
import tempfile

from porchlight_ci import Claims

binary = os.path.abspath(sys.argv[1])
claims = Claims("bad input")


def run(arguments, environment, on_terminal=False):
    """Runs the program; its standard output is a pipe, or a pseudo terminal where that is wanted."""
    base = {key: value for key, value in os.environ.items() if key not in ("TERM", "NO_COLOR")}
    side = pty.openpty() if on_terminal else None
    done = subprocess.run(
        [binary] + arguments, env=dict(base, **environment), timeout=20, stderr=subprocess.PIPE,
        stdin=side[1] if side else subprocess.DEVNULL, stdout=side[1] if side else subprocess.PIPE)
    for descriptor in side or ():
        os.close(descriptor)
    return done


def expect(name, arguments, words, environment={"TERM": "xterm-256color"}, on_terminal=False, status=2):
    done = run(arguments, environment, on_terminal)
    error = done.stderr.decode()
    problems = []
    if done.returncode != status:
        problems.append("exit status %d, not %d" % (done.returncode, status))
    if error.count("\n") != 1 or not error.endswith("\n"):
        problems.append("not one line on standard error")
    if done.stdout:
        problems.append("something on standard output")
    problems += ["no '%s' in it" % word for word in words if word not in error]
    claims.expect(not problems, name, "\n".join(problems + ["standard error: %r" % error]))


with tempfile.TemporaryDirectory() as folder:
    def theme(name, text):
        path = os.path.join(folder, name)
        with open(path, "w") as file:
            file.write(text)
        return path

    expect("an unknown theme", ["demo", "--theme", "nonesuch"], ["nonesuch"])
    expect("a theme file that is not there", ["demo", "--theme", folder + "/no.toml"], ["no.toml"])
    expect("a theme with a wrong role",
           ["demo", "--theme", theme("role.toml", 'name = "x"\n\n[colors]\nonlin = "green"\n')],
           ["role.toml:4", "onlin", "online"])
    expect("a theme with a wrong colour",
           ["demo", "--theme", theme("color.toml", 'name = "x"\n[colors]\nonline = "greenish"\n')],
           ["color.toml:3", "greenish"])
    expect("a theme that is not TOML", ["demo", "--theme", theme("syntax.toml", 'name = "x\n')],
           ["syntax.toml:1"])
    for text in ("soon", "0s", "-5m", "1h1h", "5x", "3651d"):
        expect("the duration '%s'" % text, ["demo", "--idle-after=" + text], ["--idle-after", "90s, 5m", "3650d", "off"])
    for text in ("-1", "2001", "many"):
        expect("'%s' people" % text, ["demo", "--people=" + text], ["--people", "0 to 2000"])
    for text in ("0", "1001", "nan", "fast"):
        expect("a speed of '%s'" % text, ["demo", "--speed", text], ["--speed", "0.01 to 1000"])
    expect("a seed below zero", ["demo", "--seed=-1"], ["--seed", "0 to 18446744073709551615"])
    expect("a cost beyond the edge", ["serve", "--server-name", "x", "--unix", "x", "--password-cost", "19"], ["1 to 18"])
    expect("seeds that go backwards", ["simulate", "check", "--seeds", "1..0"], ["--seeds", "A..B"])
    expect("more seeds than there is room for", ["simulate", "check", "--seeds", "0..18446744073709551615"], ["1000000"])
    for text, words in (("127.0.0.1:8556", "http:// in front"), ("http://127.0.0.1:65536", "1 to 65535"),
                        ("example.org", "https://example.org"), ("http://ann:secret@h", "password")):
        expect("the homeserver %s" % text, ["who", "--token-file", "x", "--homeserver", text], ["--homeserver", words])
    expect("an unknown option", ["demo", "--frobnicate"], ["frobnicate"])
    expect("an unknown command", ["frobnicate"], ["frobnicate"])
    expect("output into a pipe", ["demo"], ["terminal"])
    expect("no TERM", ["demo"], ["TERM"], environment={}, on_terminal=True)
    expect("an empty TERM", ["demo"], ["TERM"], environment={"TERM": ""}, on_terminal=True)
    expect("TERM=dumb", ["demo"], ["dumb"], environment={"TERM": "dumb"}, on_terminal=True)
    expect("an unknown TERM", ["demo"], ["nonesuch"], environment={"TERM": "nonesuch"}, on_terminal=True)

done = run([], {})
claims.expect(done.returncode == 2 and b"demo" in done.stderr and not done.stdout,
              "no arguments: help on standard error, exit status 2", done)
done = run(["--version"], {})
claims.expect(done.returncode == 0 and done.stdout.startswith(b"porchlight ") and not done.stderr, "--version", done)
for arguments in (["--help"], ["demo", "--help"]):
    done = run(arguments, {})
    claims.expect(done.returncode == 0 and b"debug" not in done.stdout, " ".join(arguments), done)
claims.end()
