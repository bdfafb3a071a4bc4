#!/usr/bin/env python3
"""Two users at two rosters on two homeservers, in tmux: what README.md promises of "Homeservers among each other".

usage: two-rosters.py BINARY

Alice logs in with a password and a token, Bob over the socket of his own server. She asks, he accepts in his roster,
and each sees what the other does; a server restarts under them, one user is refused, one removed, a session ends.
Most of its minute is spent waiting for the batch window and for a user to become idle.
"""

import os
import re
import shutil
import socket
import subprocess
import sys
import tempfile
import time

from porchlight_ci import Claims, Screen, Server

BINARY = os.path.abspath(sys.argv[1])
# What changes waits 10 s and up to 5 s more before it goes to the other server.
BATCH = 15 + 3
IDLE = 20
claims = Claims("two rosters")
expect = claims.expect


def free_ports(count):
    """Ports that are free now; both servers have to know both before either listens."""
    sockets = [socket.create_server(("127.0.0.1", 0)) for _ in range(count)]
    ports = [each.getsockname()[1] for each in sockets]
    for each in sockets:
        each.close()
    return ports


class Homeserver(Server):
    def __init__(self, folder, name, port, other, other_port):
        self.url = f"http://127.0.0.1:{port}"
        self.socket = os.path.join(folder, name + ".sock")
        super().__init__(
            BINARY, "--listen", f"127.0.0.1:{port}", "--unix", self.socket, "--database",
            os.path.join(folder, name + ".db"), "--registration", "open", "--batch-window", "10s", "--peer",
            f"{other}=http://127.0.0.1:{other_port}", name=name, log=os.path.join(folder, name + ".log"))
        self.listening()


def run(*words, password=None, status=0):
    done = subprocess.run([BINARY, *words], input=password, capture_output=True, text=True, timeout=30)
    expect(done.returncode == status, f"`{words[0]}` ends with {status} {done.stderr.strip()}".rstrip())
    return done.stdout


def row(name, *words):
    """A row of a user, with these words behind the name."""
    return r"(?m)^ [ >] \S+ " + name + r"\b.*" + r"\b.*".join(words)


def log_in(alice, red, token):
    alice.shows("a password is asked for", r"(?m)^Password:")
    alice.text("wonderland")
    alice.keys("Enter")
    alice.shows("twice for a new account", r"(?m)^The same again:")
    alice.text("wonderland")
    alice.keys("Enter")
    alice.shows("and becomes a session", r"(?m)^Logged in as @alice:red\.test$")
    expect("wonderland" not in alice.look(), "the password is never on the screen")
    expect(os.stat(token).st_mode & 0o777 == 0o600, "the token can be read by its user alone")
    alice.keys("clear", "Enter")
    alice.text(f"{BINARY} --homeserver {red.url} --token-file {token} --idle-after {IDLE}s")
    alice.keys("Enter")
    alice.title("the roster knows who she is", r"@alice:red\.test.*online")


def meet(alice, bob):
    alice.keys("+")
    alice.text("bob@blue.test")
    alice.keys("Enter")
    alice.shows("a slip is explained in place", r"did you mean @bob:blue\.test")
    alice.escape()
    alice.keys("+")
    alice.text("@bob:Blue.test")
    alice.keys("Enter")
    alice.shows("her question waits for an answer", row("bob", "unknown", "has not answered"))
    bob.shows("and reaches his roster", r"! @alice:red\.test +invite")
    bob.keys("I", "A")
    bob.shows("he accepts in place", r"you accepted @alice:red\.test")
    alice.shows("she sees him, live", row("bob", "online"))
    bob.keys("+")
    bob.text("@alice:red.test")
    bob.keys("Enter")
    bob.shows("he asks back, and sees her without waiting: she sees him already", row("alice", "online"))


def watch(alice, bob):
    alice.keys("j")
    bob.keys("s")
    bob.text("tea on the porch")
    bob.keys("Enter", "3")
    alice.shows("his state and text reach her", row("bob", "busy", "tea on the porch"), BATCH)
    bob.shows("no key of hers, and she is idle to him", row("alice", "idle"), IDLE + BATCH)
    alice.keys("5")
    bob.shows("a key, and she is what she chose", row("alice", "free for chat"), BATCH)


def restart(alice, bob, red, token):
    follower = subprocess.Popen([BINARY, "follow", "--initial", "--homeserver", red.url, "--token-file", token],
                                stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    follower.stdout.readline()
    red.end()
    alice.shows("her roster says that its server is away", r"Nothing listens on http://127\.0\.0\.1:[0-9]+\.")
    alice.resize(40, 10)
    alice.shows("on a small screen too", r"reconnecting")
    alice.resize(80, 24)
    red.start().listening()
    alice.shows("and comes back with it", r"1 busy +live")
    alice.keys("d")
    bob.shows("so does what he sees of her", row("alice", "busy"), BATCH)
    time.sleep(1)  # its own tries come at other times than the roster's
    follower.terminate()
    said = follower.communicate(timeout=10)[1].splitlines()
    expect(len(said) == 2 and said[1] == "porchlight: connected again",
           f"follow says once that the server is away, and once that it is back: {said}")


def refuse(bob, red, folder):
    token = os.path.join(folder, "carol")
    carol = ["--homeserver", red.url, "--token-file", token]
    run("login", "--as", "carol", "--register", *carol, password="rabbit\n")
    run("invite", "@bob:blue.test", *carol)
    bob.shows("another user asks from a shell", r"! @carol:red\.test +invite")
    expect(re.search(r"invited +bob .*has not answered", run("who", *carol)), "who says that it waits")
    bob.keys("I", "D")
    bob.lacks("he refuses", r"! @carol:red\.test +invite")
    bob.wait("and her list is empty",
             lambda _: subprocess.run([BINARY, "who", *carol], capture_output=True).returncode == 1)
    run("logout", *carol)
    expect(not os.path.exists(token), "logout takes the token away")


def leave(alice, bob, red, token):
    bob.keys("q")
    bob.ends("q quits with 0", "0")
    alice.keys("o")
    alice.shows("a user who quits is offline to the other server's people", row("bob", "offline"), BATCH)
    alice.keys("g", "j", "X", "y")
    alice.shows("X removes him", r"nobody yet")
    other = token + ".copy"
    shutil.copy(token, other)  # with its mode: one that others may read is refused
    run("logout", "--homeserver", red.url, "--token-file", other)
    alice.shows("a session that ended elsewhere ends here", r"You are logged out")
    alice.keys("x")
    alice.ends("with 3", "3")
    alice.keys("clear", "Enter")
    alice.text(f"{BINARY} --homeserver {red.url} --token-file {token}")
    alice.keys("Enter")
    alice.shows("and does not begin again", r"does not know the token[^$]*porchlight login makes another")
    alice.ends("with 3 as well", "3")


def main(folder):
    ports = free_ports(2)
    screens = []
    try:
        red = Homeserver(folder, "red.test", ports[0], "blue.test", ports[1])
        blue = Homeserver(folder, "blue.test", ports[1], "red.test", ports[0])
        token = os.path.join(folder, "alice")
        alice = Screen(claims, f"{BINARY} login --register --as alice --homeserver {red.url} --token-file {token}")
        screens.append(alice)
        bob = Screen(claims, f"{BINARY} --unix {blue.socket} --as bob")
        screens.append(bob)
        bob.title("his own server lets him in without a password", r"@bob:blue\.test.*online")
        log_in(alice, red, token)
        meet(alice, bob)
        watch(alice, bob)
        restart(alice, bob, red, token)
        refuse(bob, red, folder)
        leave(alice, bob, red, token)
    finally:
        for screen in screens:
            screen.end()
        Server.end_all()


with tempfile.TemporaryDirectory() as place:
    main(place)
claims.end()
