#!/usr/bin/env python3
"""How quick, how large and how quiet the roster is, beside mcabber (Debian package), in turns in one run.

usage: measure.py BINARY [ROUNDS]

Each run has a pseudo terminal of 80 by 24. "frame" is the time from exec to the last byte before 0.4 s of
silence; memory is read from smaps_rollup 3 s later; then 10 s are watched for bytes written and for wake-ups
(voluntary context switches of all threads). The demo runs with nobody on the list, so that nothing on the
screen changes by itself within that time; the second figure for the frame has its ordinary 24 people.
Exits with 1 where a limit is missed: frame within 2 times mcabber's, 24 MiB resident, 0 bytes when nothing
changes, and no colour sequence under NO_COLOR.
"""

import fcntl
import glob
import os
import pty
import re
import select
import shutil
import signal
import statistics
import struct
import sys
import tempfile
import termios
import time

BINARY = os.path.abspath(sys.argv[1])
ROUNDS = int(sys.argv[2]) if len(sys.argv) > 2 else 9
SILENCE, SETTLE, WATCH = 0.4, 3.0, 10.0
COLOUR = re.compile(rb"\x1b\[(?:[0-9:;]*;)?(?:3[0-8]|4[0-8]|9[0-7]|10[0-7])(?:[;:][0-9:;]*)?m")
assert all(COLOUR.match(b"\x1b[%bm" % code) for code in (b"31", b"0;31", b"1;44;4", b"38;5;214", b"48:2::1:2:3", b"107"))
assert not any(COLOUR.match(b"\x1b[%bm" % code) for code in (b"", b"0", b"39;49", b"1;4", b"7", b"130"))


class Run:
    def __init__(self, arguments, home, **environment):
        self.main, side = pty.openpty()
        fcntl.ioctl(side, termios.TIOCSWINSZ, struct.pack("HHHH", 24, 80, 0, 0))
        base = {"HOME": home, "PATH": os.environ["PATH"], "TERM": "xterm-256color", "LANG": "C.UTF-8"}
        self.began = time.monotonic()
        self.child = os.fork()
        if self.child == 0:
            os.setsid()
            fcntl.ioctl(side, termios.TIOCSCTTY, 0)
            for descriptor in (0, 1, 2):
                os.dup2(side, descriptor)
            os.closerange(3, 64)
            os.execvpe(arguments[0], arguments, dict(base, **environment))
        os.close(side)
        self.output = b""

    def read(self, seconds):
        """Reads for so long; returns when the last byte came, if any did."""
        last, until = None, time.monotonic() + seconds
        while time.monotonic() < until:
            if select.select([self.main], [], [], max(0, until - time.monotonic()))[0]:
                try:
                    self.output += os.read(self.main, 65536)
                except OSError:
                    break
                last = time.monotonic()
        return last

    def frame(self):
        """Milliseconds from exec to the last byte before silence."""
        last = self.began
        while True:
            ready = select.select([self.main], [], [], SILENCE if self.output else 5)[0]
            if not ready:
                return (last - self.began) * 1000
            self.output += os.read(self.main, 65536)
            last = time.monotonic()

    def memory(self):
        """Resident and private dirty memory in MiB."""
        text = open("/proc/%d/smaps_rollup" % self.child).read()
        return [int(re.search(r"(?m)^%s:\s+(\d+)" % name, text).group(1)) / 1024 for name in ("Rss", "Private_Dirty")]

    def switches(self):
        """By thread, since threads that idle may end."""
        return {path: int(re.search(r"(?m)^voluntary_ctxt_switches:\s+(\d+)", open(path).read()).group(1))
                for path in glob.glob("/proc/%d/task/*/status" % self.child)}

    def end(self):
        os.kill(self.child, signal.SIGKILL)
        os.waitpid(self.child, 0)
        os.close(self.main)


def main():
    if not shutil.which("mcabber"):
        sys.exit("mcabber is not here: apt-get install mcabber")
    quiet = [BINARY, "demo", "--people", "0", "--speed", "0.01"]
    subjects = {"porchlight, nobody": quiet, "porchlight, 24 people": [BINARY, "demo"], "mcabber": ["mcabber"]}
    with tempfile.TemporaryDirectory() as home:
        os.makedirs(home + "/.mcabber", mode=0o700)
        open(home + "/.mcabber/mcabberrc", "w").close()
        frames = {name: [] for name in subjects}
        for turn in range(ROUNDS + 1):
            for name, arguments in subjects.items():
                run = Run(arguments, home)
                took = run.frame()
                run.end()
                if turn > 0:  # the first turn only warms
                    frames[name].append(took)
        print("frame, ms (median, least, most of %d in turns)" % ROUNDS)
        for name, values in frames.items():
            print("  %-22s %6.1f %6.1f %6.1f" % (name, statistics.median(values), min(values), max(values)))
        ratios = [ours / theirs for ours, theirs in zip(frames["porchlight, 24 people"], frames["mcabber"])]
        ratio = statistics.median(ratios)
        print("  ratio with 24 people   %6.2f" % ratio)

        figures = {}
        for name, arguments in subjects.items():
            run = Run(arguments, home)
            run.frame()
            run.read(SETTLE)
            resident, dirty = run.memory()
            before, written = run.switches(), len(run.output)
            run.read(WATCH)
            woken = sum(count - before.get(thread, 0) for thread, count in run.switches().items())
            figures[name] = (resident, dirty, len(run.output) - written, woken)
            run.end()
        print("%-24s %12s %18s %14s %14s" % ("", "resident MiB", "private dirty MiB", "bytes in 10 s", "wake-ups"))
        for name, (resident, dirty, written, switches) in figures.items():
            print("  %-22s %12.1f %18.1f %14d %14d" % (name, resident, dirty, written, switches))

        run = Run([BINARY, "demo"], home, NO_COLOR="1")
        run.frame()
        run.end()
        colours = len(COLOUR.findall(run.output))
        print("colour sequences under NO_COLOR: %d" % colours)

    missed = [claim for claim, holds in (
        ("frame within 2 times mcabber's", ratio <= 2),
        ("at most 24 MiB resident", max(figures["porchlight, nobody"][0], figures["porchlight, 24 people"][0]) <= 24),
        ("0 bytes when nothing changes", figures["porchlight, nobody"][2] == 0),
        ("no colours under NO_COLOR", colours == 0)) if not holds]
    print("missed: " + "; ".join(missed) if missed else "every limit holds")
    sys.exit(1 if missed else 0)


main()
