#!/usr/bin/env python3
"""A keyboard on a slow line, a mouse without a use, and a terminal that stops reading.

usage: keyboard.py BINARY

Sends torn and foreign sequences to the demo in tmux, with an invite selected, and looks whether anything was answered
or changed; then fills pseudo terminals that are not read, and ends the program by signals.
"""

import os
import re
import select
import signal
import subprocess
import sys
import tempfile
import termios
import time

from porchlight_ci import Claims, Screen, now, wait_until
from pty_crash import LEAVE, Run

BINARY = os.path.abspath(sys.argv[1])
ESC = b"\x1b"
claims = Claims("the keyboard")

# Pieces of one sequence each.
TORN = [
    [ESC, b"OA"], [ESC, b"OD"], [ESC, b"[D"], [ESC, b"[5~"], [ESC, b"[2~"], [ESC, b"[3~"], [ESC, b"[1~"], [ESC, b"[15~"],
    [ESC + b"[", b"D"], [ESC + b"[1", b"5~"], [ESC + b"[", b"1", b"5", b"~"], [ESC + b"O", b"D"], [ESC, b"[", b"D"],
    [ESC, b"[<0;34;12M"], [ESC + b"[<0;34;1", b"2M"], [ESC + b"[M", b" DA"], [ESC + b"[", b"I"], [ESC + b"[24;", b"80R"],
    [ESC + b"[?1;", b"2c"], [ESC + b"]11;rgb:ad", b"ad/dada/1234\x07"], [ESC + b"P1$r0;1A", b"Dm" + ESC, b"\\"],
]
WHOLE = [
    ESC + b"[<0;34;12M", ESC + b"[32;34;12M", ESC + b"[MDDA", ESC + b"[I", ESC + b"[O", ESC + b"[?1;2c", ESC + b"O1;2D",
    ESC + b"[1;5D", ESC + b"[99;99D", ESC + b"Oq", ESC + b"[68u", ESC + b"]52;c;QUFE\x07", ESC + b"_DDD" + ESC + b"\\",
]


def state(picture):
    """Who is online as what, and which invites wait."""
    title = re.sub(r"\s.*?(online|away|busy|invisible|free for chat).*", r" \1", picture.split("\n")[0])
    return title, re.findall(r"(?m)^.{0,3}! (\S+)", picture), "ccepting" in picture, "enying" in picture


def torn_keys():
    screen = Screen(claims, "%s demo --seed 7 --people 6 --speed 0.1" % BINARY)
    try:
        screen.shows("invites wait", r"live(.|\n)*! Ola K.")
        screen.keys("I")
        time.sleep(1)
        before = state(screen.look())
        for pieces in TORN:
            for pause in (0.06, 0.14, 0.4):
                for piece in pieces:
                    screen.bytes(piece)
                    time.sleep(pause)
                # What a lone byte might have been is decided within a second.
                time.sleep(0.3)
                after = state(screen.look())
                if after != before:
                    break
            claims.expect(after == before, "%r does nothing" % (pieces,), screen.look())
            screen.keys("I")
        for sequence in WHOLE:
            screen.bytes(sequence)
        time.sleep(0.5)
        claims.expect(state(screen.look()) == before, "reports and foreign keys do nothing", screen.look())
        screen.bytes(ESC + b"[17;5~")
        screen.shows("an unknown key is named by its bytes", r"no key ESC \[ 1 7 ; 5 ~ here")
        screen.keys("s")
        screen.text("abc")
        screen.bytes(ESC)
        time.sleep(0.06)
        screen.bytes(b"[D")
        screen.text("x")
        screen.bytes(ESC + b"Oq")
        screen.shows("a torn arrow moves in a status, and the keypad writes", r"abx1c")
        screen.escape()
        screen.keys("?")
        screen.shows("the help is open", r"Moving")
        screen.bytes(ESC)
        start = now()
        screen.lacks("Escape closes it", r"Moving")
        took = now() - start
        claims.expect(took < 0.4, "within a quarter of a second (%.0f ms)" % (took * 1000))
        screen.bytes(ESC + b"]")
        time.sleep(1.1)
        screen.keys("q")
        screen.ends("q quits after Alt and ]", "0")
    finally:
        screen.end()


def fill(run):
    """Has the program draw until the terminal is full."""
    run.until_drawn()
    for _ in range(60):
        run.send(b"\x0c")
        time.sleep(0.02)


def stuck(number, status):
    run = Run([BINARY, "demo", "--people", "24"])
    try:
        fill(run)
        start = now()
        run.kill(number)

        def has_ended():
            child, ended = os.waitpid(run.child, os.WNOHANG)
            if child:
                run.ended = ended
            return child
        wait_until(has_ended, 10, pause=0.01)
        took = now() - start
        told = run.ended is not None and os.WIFEXITED(run.ended) and os.WEXITSTATUS(run.ended) == status
        claims.expect(told and took < 2, "%s ends a roster whose terminal does not read, in %.1f s"
                      % (signal.Signals(number).name, took), "ended: %r" % run.ended)
        if run.ended is None:
            os.kill(run.child, signal.SIGKILL)
            os.waitpid(run.child, 0)
            return
        claims.expect(termios.tcgetattr(run.side) == run.before, "and its modes are as they were")
        rest = b""
        while select.select([run.main], [], [], 0.2)[0]:
            rest += os.read(run.main, 65536)
        claims.expect(LEAVE in rest, "and the first that the user sees is the shell's screen", rest[-200:])
    finally:
        os.close(run.side)
        os.close(run.main)


def goes_on():
    run = Run([BINARY, "demo", "--people", "24"])
    fill(run)
    run.send(b"2")
    time.sleep(0.3)
    run.output = b""
    run.quiet(0.5)
    claims.expect(b"away" in run.output, "a terminal that reads again shows the newest", run.output[-500:])
    run.send(b"q")
    after = run.finish()
    claims.expect(after == run.before and run.ended == 0, "and q ends it")


def others_are_told():
    """A user of the offline homeserver watches a roster whose terminal does not read."""
    def porchlight(*arguments):
        return subprocess.run([BINARY, *arguments], stdout=subprocess.PIPE, timeout=20).stdout.decode()

    def seen(claim, word, patience):
        claims.expect(wait_until(lambda: porchlight("who", "--as", "bob").startswith(word), patience, pause=0), claim)

    with tempfile.TemporaryDirectory() as folder:
        os.environ["XDG_DATA_HOME"] = folder
        run = Run([BINARY, "--offline", "--as", "ann", "--idle-after", "5s"])
        run.until_drawn()
        porchlight("invite", "ann", "--as", "bob")
        porchlight("accept", "bob", "--as", "ann")
        seen("the roster's user is online", "online", 5)
        fill(run)
        seen("and idle, although the terminal does not read", "idle", 12)
        run.kill(signal.SIGTERM)
        os.waitpid(run.child, 0)
        seen("and offline when told to end", "offline", 2)


torn_keys()
others_are_told()
for number, status in ((signal.SIGTERM, 143), (signal.SIGHUP, 129), (signal.SIGINT, 130)):
    stuck(number, status)
goes_on()
claims.end()
