#!/usr/bin/env python3
"""Two users at two rosters on a real Synapse: what README.md promises of ordinary servers.

usage: synapse.py BINARY [FOLDER OF THE PYTHON ENVIRONMENT]

Four of them: one without limits, one with the limits that Synapse has by default, one without busy, and one with presence
switched off.
The environment is made where there is none; without Synapse nothing here can be claimed, so that it fails then.
"""

import os
import re
import subprocess
import sys
import tempfile
import time

from ordinary_servers import Synapse, installed
from porchlight_ci import CLIENT, Claims, Screen, now, quoted, wait_until

BINARY = os.path.abspath(sys.argv[1])
ENVIRONMENT = sys.argv[2] if len(sys.argv) > 2 else os.path.join(".build", "synapse")
# How soon others see what a user does.
SOON = 3
IDLE = 12
# A status is sent 10 s after the one before at the earliest, and is seen soon after that.
SENT = 10 + SOON
# Synapse looks every 5 s at who was idle.
SLACK = 6
claims = Claims("a real Synapse")
expect = claims.expect


class User:
    """A user of a server, with a token file and perhaps a roster in a terminal."""

    screens = []

    def __init__(self, server, name):
        self.server, self.name = server, name
        self.id, self.token, self.file = server.register(name)
        self.options = ["--homeserver", server.url, "--token-file", self.file]

    def run(self, *words, status=0, claim=None):
        """Runs a command as this user; returns what it printed."""
        done = subprocess.run([BINARY, *words, *self.options], capture_output=True, text=True, timeout=60)
        said = (done.stdout + done.stderr).strip()
        expect(done.returncode == status, claim or f"{self.name}: `{' '.join(words)}` ends with {status}", said)
        return done.stdout + done.stderr

    def roster(self, *more):
        self.screen = Screen(claims, " ".join([BINARY, *self.options, *more]))
        User.screens.append(self.screen)
        return self.screen

    def do(self, method, path, body=None):
        return self.server.ask(method, CLIENT + path, self.token, body)


def row(name, *words):
    """A row of a user, with these words behind the name."""
    return r"(?m)^ [ >] \S+ " + name + r" .*" + r"\b.*".join(words)


def contacts(ann, bob):
    """Bob asks Ann from a shell and she says yes."""
    bob.run("invite", ann.id)
    ann.run("accept", bob.id)


def diagnose(ann):
    said = ann.run("doctor", "server")
    expect(re.search(r"presence +on", said), "doctor finds out that there is presence", said)
    expect(re.search(r"contacts +direct chats", said), "and that contacts are direct chats", said)
    expect(re.search(r"busy +yes", said), "and that there is busy", said)


def meet(ann, bob):
    hers, his = ann.roster("--idle-after", f"{IDLE}s"), bob.roster()
    hers.title("the roster knows who she is", r"@ann:syn\.test.*online")
    his.title("and who he is", r"@bob:syn\.test.*online")
    hers.keys("+")
    hers.text(bob.id)
    hers.keys("Enter")
    # A Synapse shows her already who is only invited.
    hers.shows("she asks, and he is on her list", row("bob", "online"))
    hers.shows("as one who has not answered", r"you asked to see bob")
    his.shows("and reaches his roster", r"! .*ann.* +invite")
    his.keys("I", "A")
    his.shows("he accepts in place, and sees her", row("ann", "(online|idle)"))
    hers.shows("and she hears of it", r"bob accepted your invite")
    his.keys("g")


def watch(ann, bob):
    hers, his = ann.screen, bob.screen
    his.keys("s")
    his.text("tea on the porch")
    his.keys("Enter")
    hers.shows("his text reaches her", row("bob", "online", "tea on the porch"), SOON)
    his.keys("3")
    hers.shows("busy, with his text", row("bob", "busy", "tea on the porch"), SENT)
    his.keys("2")
    hers.shows("away", row("bob", "idle", "tea on the porch"), SENT)
    time.sleep(22)
    hers.shows("is not undone by the polls that follow", row("bob", "idle", "tea on the porch"))
    his.title("nor on his own screen", "away")
    his.keys("1")
    hers.shows("online again", row("bob", "online", "tea on the porch"), SENT)
    his.shows("no key of hers, and she is idle to him", row("ann", "idle"), IDLE + SLACK)
    hers.keys("g")
    his.shows("a key, and she is back", row("ann", "online"), SOON)
    his.keys("4")
    hers.shows("invisible is offline to her", r"\b1 offline", SENT)
    his.title("and invisible to himself", "invisible")
    his.keys("5")
    his.shows("a state that the server does not have is said to be none", r"no 'free for chat': others see online")
    hers.shows("and shown as the nearest", row("bob", "online"), SENT)
    bob.run("name", "Bob B.")
    hers.shows("a name travels by the room", row(r"Bob B\.", "online"), SOON)


def shells(ann, bob):
    said = ann.run("who")
    expect(re.search(r"(?m)^online +Bob B\. +@bob:syn\.test", said), "who tells of contacts", said)
    bob.run("set", "away", "lunch")
    # His roster says again what he chose there, and does not know of the other.
    said = ann.run("who")
    expect("lunch" in said, "who right after who is not an answer kept from before", said)
    follower = subprocess.Popen([BINARY, "follow", *ann.options], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    time.sleep(2)
    bob.screen.keys("3")
    time.sleep(SENT)
    follower.terminate()
    said = follower.communicate(timeout=10)
    expect("busy" in said[0], "follow tells of changes", str(said))
    cid = User(ann.server, "cid")
    cid.run("invite", ann.id)
    expect("@cid:syn.test" in ann.run("invites"), "invites shows who asks")
    ann.run("deny", cid.id)
    ann.run("invites", status=1, claim="a denial takes the invite away")
    expect(wait_until(lambda: "@ann" not in cid.run("who", status=cid_status()), 5), "who was denied has no contact")
    dan = User(ann.server, "dan")
    dan.run("invite", ann.id)
    ann.run("ignore", dan.id)
    ann.run("invites", status=1, claim="who is ignored does not ask any more")
    expect("has not answered" in dan.run("who"), "and is not told")
    ann.run("accept", "@nobody:syn.test", status=1, claim="nobody is accepted who does not ask")
    ann.run("remove", dan.id, status=1, claim="nobody is removed who is no contact")


def cid_status():
    return 1


def quit_and_lose(ann, bob):
    hers, his = ann.screen, bob.screen
    his.keys("1")
    hers.shows("he is there", row(r"Bob B\.", "online"), SENT)
    his.keys("q")
    his.ends("q quits with 0", "0")
    hers.keys("o")
    hers.shows("and is offline to her within three seconds", row(r"Bob B\.", "offline"), SOON)
    ann.server.kill()
    hers.shows("her roster says that its server is away", r"Nothing listens on http://127\.0\.0\.1:[0-9]+\.")
    hers.keys("s")
    hers.text("waiting for the server")
    hers.keys("Enter")
    time.sleep(60)
    hers.shows("and counts down to the next try", r"reconnecting|again in [0-9]+s")
    ann.server.start()
    hers.shows("it comes back with it", r"live", 75)
    expect(
        wait_until(lambda: status_of(ann).get("status_msg") == "waiting for the server", 15),
        "and what was chosen meanwhile is not lost")
    ann.do("POST", "/logout", {})
    hers.shows("a session that ended elsewhere ends here", r"You are logged out")
    hers.keys("x")
    hers.ends("with 3", "3")


def status_of(user):
    return user.do("GET", f"/presence/{quoted(user.id)}/status")[1]


def limits(ann, bob):
    """Twenty status keys in five seconds, on a server that takes one status in ten."""
    contacts(ann, bob)
    hers, his = ann.roster("--idle-after", f"{IDLE}s"), bob.roster()
    hers.shows("contacts of the shell are contacts of the roster", row("bob", "online"))
    his.shows("for both", row("ann", "(online|idle)"))
    time.sleep(11)
    before = bob.server.requests("PUT", "/presence/")
    began = time.monotonic()
    for number in range(20):
        his.keys("132"[number % 3] if number < 19 else "2")
        time.sleep(max(0.0, began + 0.25 * (number + 1) - time.monotonic()))
    took = time.monotonic() - began
    expect(took < 8, f"twenty keys take five seconds, or not much more: {took:.1f}")
    hers.shows("the last one wins", row("bob", "idle"), 15)
    time.sleep(2)
    count = bob.server.requests("PUT", "/presence/") - before
    expect(count <= 2, f"and at most two requests were made of 20 keys: {count}")
    his.title("none is pending any more", r"away *$")
    his.shows("no key of hers, and she is idle to him", row("ann", "idle"), IDLE + SLACK + 18)
    hers.keys("g")
    his.shows("a key, and she is back", row("ann", "online"), SENT)
    his.keys("1")
    hers.shows("online again", row("bob", "online"), SENT)
    his.keys("q")
    his.ends("q quits with 0 also right after a status", "0")
    his.shows("and it is said that others see him a little longer", r"takes no other status so soon")


def without_busy(ann, bob):
    """A server without busy shows away, and says so."""
    contacts(ann, bob)
    said = ann.run("doctor", "server")
    expect(re.search(r"busy +no", said), "doctor finds out that there is no busy", said)
    hers, his = ann.roster(), bob.roster()
    hers.shows("he is there", row("bob", "online"))
    his.title("and knows it", r"@bob:plain\.test.*online")
    his.keys("3")
    his.shows("a server without busy is said to have none", r"no 'busy': others see away")
    hers.shows("and others see away", row("bob", "idle"), SENT)
    his.title("as he does himself", "away")
    said = bob.run("set", "busy", "tea")
    expect("this server has no 'busy'" in said, "in a shell too", said)


def without_presence(ann, bob):
    contacts(ann, bob)
    said = ann.run("doctor", "server", status=6)
    expect(re.search(r"presence +off", said), "doctor finds out that presence is off", said)
    hers = ann.roster()
    hers.shows("nobody is offline there, but unknown", row("bob", "unknown"))
    hers.shows("and why", r"presence switched off")
    hers.lacks("and nobody is said to be offline", r"[0-9] offline")
    hers.keys("3")
    hers.shows("nothing claims that a status was set", r"status not changed: presence is switched off")
    said = ann.run("set", "busy", "tea", status=6)
    expect("nobody would see it" in said, "nor in a shell", said)
    look_for(ann, bob)
    hers.keys("q")
    hers.ends("q quits with 0", "0")


def look_for(ann, bob):
    """What Bob does in his chat with Ann is what she sees of him."""
    room = quoted(bob.do("GET", "/joined_rooms")[1]["joined_rooms"][0])
    status, sent = bob.do("PUT", f"/rooms/{room}/send/m.room.encrypted/1", {"algorithm": "none", "ciphertext": "secret"})
    expect(status == 200, "he says something, of which only the envelope is known", str(sent))
    hers = ann.screen
    hers.shows("who says something wrote", row("bob", "unknown", "wrote just now"), SOON)
    bob.do("PUT", f"/rooms/{room}/typing/{quoted(bob.id)}", {"typing": True, "timeout": 30000})
    hers.shows("who types is said to", row("bob", "unknown", "typing now"), SOON)
    bob.do("PUT", f"/rooms/{room}/typing/{quoted(bob.id)}", {"typing": False})
    hers.shows("until they stop", row("bob", "unknown", "typed just now"), SOON)
    answer = ann.do("PUT", f"/rooms/{room}/send/m.room.message/2", {"msgtype": "m.text", "body": "hello"})[1]
    time.sleep(1)
    bob.do("POST", f"/rooms/{room}/receipt/m.read/{quoted(answer['event_id'])}", {})
    hers.shows("who reads something read", row("bob", "unknown", "read just now"), SOON)
    said = ann.run("who", "--json")
    expect('"seen":{"at":' in said and '"how":"read"' in said, "who tells of it too", said)


def main(folder):
    python = installed(ENVIRONMENT)
    try:
        server = Synapse(python, folder, "syn.test")
        ann, bob = User(server, "ann"), User(server, "bob")
        diagnose(ann)
        meet(ann, bob)
        watch(ann, bob)
        shells(ann, bob)
        quit_and_lose(ann, bob)
        server.kill()
        server = Synapse(python, folder, "slow.test", limits=True)
        limits(User(server, "ann"), User(server, "bob"))
        server.kill()
        server = Synapse(python, folder, "plain.test", busy=False)
        without_busy(User(server, "ann"), User(server, "bob"))
        server.kill()
        server = Synapse(python, folder, "off.test", presence=False)
        without_presence(User(server, "ann"), User(server, "bob"))
    finally:
        for screen in User.screens:
            screen.end()
        Synapse.end_all()


with tempfile.TemporaryDirectory() as place:
    main(place)
claims.end()
