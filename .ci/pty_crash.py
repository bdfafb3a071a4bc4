#!/usr/bin/env python3
"""Whatever ends the program, the terminal must be as it was.

usage: pty_crash.py BINARY

Runs `BINARY debug crash KIND` (the program crashes by itself shortly after its first frame) and `BINARY demo`
(ended by a key or a signal) in a pseudo terminal, then checks what was written last, the terminal's modes and
the exit status. Only Python's standard library. Exit status 0 if all is well.
"""

import fcntl
import os
import pty
import select
import signal
import struct
import sys
import termios
import time

LIMIT = 20  # seconds for one run, far more than needed
ENTER, LEAVE = b"\x1b[?1049h", b"\x1b[?1049l"
HIDE, SHOW = b"\x1b[?25l", b"\x1b[?25h"
PASTE_ON, PASTE_OFF = b"\x1b[?2004h", b"\x1b[?2004l"


class Run:
    """One run of the program in a pseudo terminal of 80 by 24."""

    def __init__(self, arguments):
        self.output = b""
        self.ended = None
        self.main, side = pty.openpty()
        fcntl.ioctl(side, termios.TIOCSWINSZ, struct.pack("HHHH", 24, 80, 0, 0))
        self.side = side  # kept open, so that the modes can be read after the program is gone
        self.before = termios.tcgetattr(side)
        self.child = os.fork()
        if self.child == 0:
            os.setsid()
            fcntl.ioctl(side, termios.TIOCSCTTY, 0)
            for descriptor in (0, 1, 2):
                os.dup2(side, descriptor)
            os.closerange(3, 256)
            environment = dict(os.environ, TERM="xterm-256color", LC_ALL="C.UTF-8")
            for name in ("LINES", "COLUMNS", "SWIFT_BACKTRACE"):
                environment.pop(name, None)
            os.execvpe(arguments[0], arguments, environment)
        self.deadline = time.monotonic() + LIMIT

    def pump(self, seconds=0.05):
        """Reads for a moment; notices the program's end."""
        if select.select([self.main], [], [], seconds)[0]:
            try:
                self.output += os.read(self.main, 65536)
            except OSError:
                pass
        if self.ended is None:
            child, status = os.waitpid(self.child, os.WNOHANG)
            if child:
                self.ended = status
        if time.monotonic() > self.deadline:
            os.kill(self.child, signal.SIGKILL)
            raise TimeoutError("still running after %d s" % LIMIT)

    def until_drawn(self):
        """Waits for the first frame: the alternate screen is on, and output has paused."""
        while ENTER not in self.output or PASTE_ON not in self.output:
            self.pump()
            if self.ended is not None:
                raise AssertionError("ended before its first frame: %r" % self.output[-300:])
        self.quiet(0.2)

    def quiet(self, seconds):
        size = -1
        while len(self.output) != size:
            size = len(self.output)
            self.pump(seconds)

    def send(self, keys):
        os.write(self.main, keys)

    def kill(self, number):
        os.kill(self.child, number)

    def finish(self):
        while self.ended is None:
            self.pump()
        while select.select([self.main], [], [], 0.05)[0]:
            self.output += os.read(self.main, 65536)
        after = termios.tcgetattr(self.side)
        os.close(self.side)
        os.close(self.main)
        return after


def last(output, on, off):
    """Which of two sequences came last."""
    return output.rfind(off) > output.rfind(on)


def verdict(run, after, exits, signals):
    problems = []
    if ENTER not in run.output:
        problems.append("the alternate screen was never entered")
    if not last(run.output, ENTER, LEAVE):
        problems.append("the alternate screen was not left")
    if HIDE in run.output and not last(run.output, HIDE, SHOW):
        problems.append("the cursor is still hidden")
    if PASTE_ON in run.output and not last(run.output, PASTE_ON, PASTE_OFF):
        problems.append("bracketed paste is still on")
    if after != run.before:
        problems.append("the terminal's modes differ")
    if os.WIFSIGNALED(run.ended):
        told = "signal %d" % os.WTERMSIG(run.ended)
        good = os.WTERMSIG(run.ended) in signals
    else:
        told = "exit status %d" % os.WEXITSTATUS(run.ended)
        good = os.WEXITSTATUS(run.ended) in exits
    if not good:
        problems.append("ended with %s, not one of exits %s or signals %s" % (told, exits, signals))
    return told, problems


def quit_by_key(run):
    run.until_drawn()
    run.send(b"q")


def quit_by_control_c(run):
    run.until_drawn()
    run.send(b"\x03")
    run.quiet(0.1)
    run.send(b"\x03")


def kill_with(number):
    def act(run):
        run.until_drawn()
        run.kill(number)

    return act


def nothing(run):
    pass


TRAPS = [signal.SIGILL, signal.SIGTRAP]
CASES = [
    ("debug crash trap", "itself", nothing, [], TRAPS),
    ("debug crash task-trap", "itself", nothing, [], TRAPS),
    ("debug crash segv", "itself", nothing, [], [signal.SIGSEGV]),
    ("debug crash abort", "itself", nothing, [], [signal.SIGABRT]),
    ("debug crash main-overflow", "itself", nothing, [], [signal.SIGSEGV, signal.SIGBUS]),
    ("demo", "q", quit_by_key, [0], []),
    ("demo", "Ctrl-C twice", quit_by_control_c, [0, 130], []),
    ("demo", "SIGTERM", kill_with(signal.SIGTERM), [143], [signal.SIGTERM]),
    ("demo", "SIGHUP", kill_with(signal.SIGHUP), [129], [signal.SIGHUP]),
] + [
    ("demo", name.name, kill_with(name), [], [name])
    for name in (signal.SIGQUIT, signal.SIGUSR1, signal.SIGUSR2, signal.SIGALRM, signal.SIGXCPU, signal.SIGPWR)
]


def main():
    if len(sys.argv) != 2:
        print(__doc__, file=sys.stderr)
        return 2
    failures = 0
    for arguments, cause, act, exits, signals in CASES:
        run = Run([sys.argv[1]] + arguments.split())
        try:
            act(run)
            after = run.finish()
            told, problems = verdict(run, after, exits, signals)
        except (AssertionError, TimeoutError) as error:
            told, problems = "no end", [str(error)]
        print("%s  %s, ended by %s: %s" % ("FAIL" if problems else "ok  ", arguments, cause, told))
        for problem in problems:
            print("      " + problem)
        failures += bool(problems)
    return 1 if failures else 0


if __name__ == "__main__":
    sys.exit(main())
