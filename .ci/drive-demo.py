#!/usr/bin/env python3
"""A user at the demo: types keys into the real program in tmux and looks at the screen.

usage: drive-demo.py BINARY

Waits for what has to appear, never for time; gives up on a wait after a while and shows the screen.
"""

import os
import re
import sys
import time

from porchlight_ci import Claims, Screen

BINARY = os.path.abspath(sys.argv[1])
claims = Claims("the demo")


def demo(*options):
    return Screen(claims, "%s demo --seed 7 %s" % (BINARY, " ".join(options)))


def statuses_and_invites():
    screen = demo("--people", "6", "--speed", "4")
    try:
        screen.shows("the roster appears, live", r"live(.|\n)*Here \(\d+\)")
        screen.shows("people of the far server are unknown", r"\? 2 unknown")
        screen.title("oneself is online", r"@you:harbor\.example.*online")

        for key, word in (("2", "away"), ("3", "busy"), ("4", "invisible"), ("5", "free for chat"), ("1", "online"),
                          ("a", "away"), ("a", "online"), ("d", "busy"), ("d", "online")):
            screen.keys(key)
            screen.title("%s makes oneself %s, and the server confirms" % (key, word),
                         word + r"(?!.*(sending|\.\.\.|…))")
        screen.keys("s")
        screen.text("hëllo 世界")
        screen.keys("Left", "Left", "BSpace", "Right", "Right", "Enter")
        screen.title("a status text is written with cursor keys and UTF-8", r"hëllo世界(?!.*(sending|…))")
        screen.keys("c")
        screen.wait("c clears it", lambda picture: "世界" not in picture.split("\n")[0])

        screen.shows("invites wait", r"! Ola K.(.|\n)*! promo9")
        screen.keys("I", "A")
        screen.lacks("A accepts the first", r"! Ola K.")
        screen.shows("and the feed says so", r"you accepted Ola K")
        screen.keys("I", "j", "D")
        screen.wait("D denies one, and it leaves", lambda picture: picture.count(" ! ") <= 2)
        screen.keys("+")
        screen.text("rosa")
        screen.keys("Enter")
        screen.shows("an invite is accepted, over the stream", r"Rosa.*(accepted|shares|sees)|Rosa +\w")
        screen.keys("+")
        screen.text("@viktor:harbor.example")
        screen.keys("Enter")
        screen.shows("an invite is denied, over the stream", r"(?i)viktor[^\n]*(does not share|denied|not shared)")
        screen.keys("+")
        screen.text("not a user!")
        screen.keys("Enter")
        screen.shows("a malformed user ID is refused in place", r"(?i)user ID|not a|valid")
        screen.escape()

        screen.lacks("Escape leaves the prompt", r"user ID")
        screen.keys("?")
        screen.shows("? shows the keys", r"Esc closes")
        screen.escape()
        screen.lacks("Escape closes the help", r"Esc closes")
        screen.keys("s")
        screen.text("kept")
        screen.keys("M-d", "M-q")
        screen.shows("Alt and a letter do nothing", r"status: kept")
        screen.escape()
        screen.lacks("Escape leaves the editor", r"status: kept")
        screen.keys("i", "i", "o", "o", "G", "g")
        screen.shows("the roster is still there", r"Here \(\d+\)")

        screen.keys("C-z")
        screen.shows("Ctrl-Z goes back to the shell", r"(?i)stopped")
        screen.text("bg")
        screen.keys("Enter")
        screen.shows("bg", r"(?m)^\[1\] /")
        time.sleep(0.5)  # the shell says what became of it at its next prompt
        screen.keys("Enter")
        screen.shows("leaves the terminal to the shell", r"(?i)stopped \(tty input\)")
        screen.text("fg")
        screen.keys("Enter")
        screen.title("fg comes back", r"@you:harbor\.example")

        screen.keys("q")
        screen.ends("q quits with 0", "0")
    finally:
        screen.end()


def command_line():
    screen = demo("--people", "6")
    try:
        screen.title("oneself is online", r"online")
        screen.keys(":")
        screen.text("set b")
        screen.keys("Tab", "Enter")
        screen.title("a command that Tab completed sets busy", r"busy(?!.*(sending|…))")
        screen.keys("u")
        screen.shows("u says what it undoes", r"undid 'set busy'")
        screen.title("and undoes it", r"online(?!.*(sending|…))")
        for columns, rows in ((40, 10), (20, 5)):
            screen.resize(columns, rows)
            screen.keys(":")
            screen.text("toggle ")
            screen.keys("Tab", "Tab")
            screen.shows("%dx%d lists what may follow" % (columns, rows), r"away +>busy")
            screen.escape()
            screen.lacks("and Escape closes the line", r">busy")
        screen.resize(80, 24)
        screen.keys(":")
        screen.text("nonsense")
        screen.keys("Enter")
        screen.shows("an unknown command is said and stays", r"no command 'nonsense'(.|\n)*:nonsense")
        screen.keys("C-u")
        screen.text("quit")
        screen.keys("Enter")
        screen.ends(":quit quits with 0", "0")
    finally:
        screen.end()


def idle_and_back():
    screen = demo("--idle-after", "4s")
    try:
        screen.title("oneself is online", r"online")
        screen.keys("5")
        screen.title("free for chat is set", r"free for chat(?!.*(sending|…))")
        screen.shows("a countdown comes before idleness", r"(?i)idle in \d+s")
        screen.title("no key makes oneself idle", r"idle")
        screen.keys("j")
        screen.title("a key brings back what was", r"free for chat")
        screen.keys("3")
        screen.title("busy is set", r"busy(?!.*(sending|…))")
        time.sleep(5)  # longer than --idle-after: busy must have outlived it
        screen.title("busy is not touched by idleness", r"busy")
        screen.keys("C-c", "C-c")
        screen.ends("Ctrl-C twice quits", "0")
    finally:
        screen.end()


def sizes():
    screen = demo()
    try:
        screen.shows("the roster appears", r"Here \(\d+\)")
        screen.resize(120, 40)
        screen.wait("120x40 uses the width",
                    lambda picture: max(map(len, picture.split("\n"))) > 100)
        for columns, rows in ((40, 10), (20, 5), (12, 3), (5, 2), (2, 1), (1, 1), (200, 60)):
            screen.resize(columns, rows)
            time.sleep(0.1)
        screen.resize(80, 24)
        screen.wait("after 1x1 the screen is whole again",
                    lambda picture: re.search(r"@you:harbor\.example", picture.split("\n")[0])
                    and re.search(r"Here \(\d+\)", picture))
        screen.keys("q")
        screen.ends("and q still quits", "0")
    finally:
        screen.end()


def hostile():
    screen = demo("--hostile", "--people", "3", "--ascii")
    try:
        screen.shows("hostile people are in the roster", r"hostile-|zalgo|red")
        picture = screen.look()
        claims.expect(not any(ord(character) < 32 and character != "\n" for character in picture),
                      "no control characters are on the screen")
        screen.title("the title line is where it was", r"@you:harbor\.example")
        screen.keys("q")
        screen.ends("q quits", "0")
    finally:
        screen.end()


for part in (statuses_and_invites, command_line, idle_and_back, sizes, hostile):
    print("-- " + part.__name__.replace("_", " "))
    part()
claims.end()
