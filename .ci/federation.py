#!/usr/bin/env python3
"""Three homeservers that know nothing of each other meet over TLS, and lose each other.

usage: federation.py BINARY

`wk.test` is found by its well-known document, `srv.test` by a record of its service, `map.test` by --peer. Names are
looked up at a name server in here, which tells each server other ports: every way from one server to another is a
proxy that can be cut. The well-known document is served at port 443 of 127.0.1.x, so this needs a system whose
unprivileged ports begin there or below (`.ci/run` sees to that). Users of each server ask, accept, change, deny, drop and revoke; then one server
is killed, one is cut off, both come back, and what each is shown has to be right again within the bounds of
Protocol 6.6. No certificate is for an address: what is verified is always a name.
"""

import http.client
import json
import os
import pathlib
import select
import signal
import stat
import subprocess
import sys
import tempfile

from homeservers import Homeserver, Person
from peers import Authority, Network
from porchlight_ci import CLIENT, UNSTABLE, Claims, Server, now, quoted, wait_until

NAMES = ["wk.test", "srv.test", "map.test"]
BATCH = 10 + 5 + 2
CRASH = 71 + 5
RESTART = 10 + 5
HEALED = 45

claims = Claims("federation")


def expect(holds, claim):
    claims.expect(holds, f"{now() - claims.begun:6.1f} s  {claim}")


def within(seconds, what, holds):
    """Claims that something comes to be in time, with how long it took.

    `holds` answers True, or what it saw instead."""
    start, last = now(), [None]

    def is_so():
        try:
            last[0] = holds()
        except (OSError, http.client.HTTPException, KeyError, ValueError) as error:
            last[0] = repr(error)
        return last[0] is True
    if wait_until(is_so, seconds, pause=0.1):
        expect(True, f"{what} (after {now() - start:.1f} s, bound {seconds} s)")
    else:
        expect(False, f"{what}: not within {seconds} s; last seen {last[0]!r}")


def meet(observer, observed):
    """Asks and accepts across servers."""
    observer.lists(invite=observed)
    within(15, f"{observed.user} is asked by {observer.user}", lambda: observed.is_asked_by(observer))
    observed.lists(accept=observer)
    within(10, f"{observer.user} is told of the answer", lambda: observer.entry(observed) == "accepted")


def options(binary, folder):
    """What a person is told who starts it wrongly, and what becomes of the key."""
    def run(*words):
        command = [binary, "serve", "--server-name", "a.test", "--listen", "127.0.0.1:0", "--database", ":memory:"]
        process = subprocess.Popen([*command, *words], stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        ready, _, _ = select.select([process.stdout], [], [], 20)
        line = process.stdout.readline() if ready else b""
        process.terminate()
        _, error = process.communicate(timeout=20)
        return process.returncode, line.decode(), error.decode()

    for words, hint in [
        (["--peer", "b.test"], "--peer"), (["--peer", "b.test=ftp://b"], "--peer"),
        (["--peer", "b.test=http://b", "--peer", "b.test=http://c"], "twice"),
        (["--peer", "a.test=http://b"], "itself"), (["--batch-window", "9s"], "from 10s to 60s"),
        (["--batch-window", "61s"], "from 10s to 60s"), (["--presence-policy", "lax"], "literal, tight or economical"),
        (["--resolver", "localhost:53"], "--resolver"),
    ]:
        status, _, error = run(*words)
        expect(status == 2 and hint in error and error.count("\n") == 1, f"{' '.join(words)}: {status} {error.strip()}")
    path = os.path.join(folder, "signing.key")
    status, line, error = run("--signing-key", path)
    expect(line.startswith("Listening"), f"a key is made: {line.strip()}{error.strip()}")
    expect(stat.S_IMODE(os.stat(path).st_mode) == 0o600, "it is for its owner alone")
    made = open(path).read()
    expect(run("--signing-key", path)[1].startswith("Listening") and open(path).read() == made, "and kept")
    os.chmod(path, 0o640)
    status, _, error = run("--signing-key", path)
    expect(status == 1 and "chmod 600" in error, f"a key others may read is refused: {error.strip()}")
    os.chmod(path, 0o600)
    open(path, "w").write("ed25519 a_b nonsense\n")
    status, _, error = run("--signing-key", path)
    expect(status == 1 and "nonsense" not in error, f"a file without a key is refused: {error.strip()}")
    status, _, error = run("--signing-key", os.path.join(folder, "k2"), "--ca-file", os.path.join(folder, "none"))
    expect(status == 1 and "none" in error, f"an authority that is not there is refused: {error.strip()}")


def scenario(servers, network):
    wk, srv, map_ = (servers[name] for name in NAMES)
    ann, bob, cid = Person(wk, "ann").connect(), Person(srv, "bob").connect(), Person(map_, "cid").connect()
    friends = [ann, bob, cid]
    pairs = [(one, other) for one in friends for other in friends if one is not other]

    # Every server finds every other.
    for observer, observed in pairs:
        meet(observer, observed)
    for observer, observed in pairs:
        within(10, f"{observer.user} sees {observed.user}", lambda: observer.sees_as(observed, "online"))

    # Changes.
    bob.set("busy", "at the pier")
    bob.do("PUT", UNSTABLE + "/presence/device", {"device_type": "mobile"})
    bob.do("PUT", f"{CLIENT}/profile/{quoted(bob.user)}/displayname", {"displayname": "Bob of the pier"})
    cid.do("PUT", UNSTABLE + "/presence/device", {"idle_ms": 300000})
    for friend in (ann, cid):
        within(BATCH, f"{friend.user} sees what {bob.user} says", lambda: friend.sees_as(bob, "busy", "at the pier"))
        within(BATCH, "and on what device", lambda: (
            friend.shown[bob.user].get("chat.porchlight.device_types") == ["mobile"] or friend.shown[bob.user]))
        within(BATCH, "and by what name", lambda: (
            friend.shown[bob.user].get("displayname") == "Bob of the pier" or friend.shown[bob.user]))
    for friend in (ann, bob):
        within(BATCH, f"{friend.user} sees that {cid.user} is idle", lambda: friend.sees_as(cid, "unavailable"))
        within(BATCH, "and since when", lambda: (
            friend.shown[cid.user].get("chat.porchlight.idle_ago", 0) >= 300000 or friend.shown[cid.user]))
    cid.do("PUT", UNSTABLE + "/presence/device", {"idle_ms": 0})
    for friend in (ann, bob):
        within(BATCH, f"{friend.user} sees that {cid.user} is back", lambda: friend.sees_as(cid, "online"))

    # Deny, drop, revoke.
    dan, eve, fay = Person(map_, "dan"), Person(srv, "eve"), Person(wk, "fay")
    eve.lists(invite=dan)
    within(10, f"{dan.user} is asked", lambda: dan.is_asked_by(eve))
    dan.lists(deny=eve)
    within(10, f"{eve.user} is told no", lambda: eve.entry(dan) is None)
    meet(eve, fay)
    meet(fay, eve)
    eve.lists(drop=fay)
    within(10, f"{fay.user} knows that {eve.user} left", lambda: not fay.allows(eve))
    eve.lists(revoke=fay)
    within(10, f"{fay.user} sees {eve.user} no more", lambda: fay.entry(eve) is None)

    # A crash.
    srv.kill()
    for friend in (ann, cid):
        within(CRASH, f"{bob.user} is unknown to {friend.user} after kill -9", lambda: friend.sees_as(bob, "unknown"))
    expect(ann.sees_as(cid, "online") is True and cid.sees_as(ann, "online") is True, "the others see each other")
    srv.start()
    for friend in (ann, cid):
        within(RESTART, f"{friend.user} sees {bob.user} after the restart",
               lambda: friend.sees_as(bob, "busy", "at the pier"))
        within(RESTART, f"{bob.user} sees {friend.user} after the restart", lambda: bob.sees_as(friend, "online"))

    # A cut.
    network.cut("map.test")
    for friend in (ann, bob):
        within(CRASH, f"{cid.user} is unknown to {friend.user} when cut off", lambda: friend.sees_as(cid, "unknown"))
        within(CRASH, f"{friend.user} is unknown to {cid.user} when cut off", lambda: cid.sees_as(friend, "unknown"))
    expect(ann.sees_as(bob, "busy") is True and bob.sees_as(ann, "online") is True, "the others see each other")
    ann.set("unavailable", "gone fishing")
    cid.set("free_for_chat", "still there?")
    within(BATCH, f"{bob.user} sees {ann.user} meanwhile", lambda: bob.sees_as(ann, "unavailable", "gone fishing"))
    network.heal("map.test")
    within(HEALED, f"{cid.user} sees {ann.user} when it is over",
           lambda: cid.sees_as(ann, "unavailable", "gone fishing"))
    within(HEALED, f"{cid.user} sees {bob.user} when it is over", lambda: cid.sees_as(bob, "busy", "at the pier"))
    for friend in (ann, bob):
        within(HEALED, f"{friend.user} sees {cid.user} when it is over",
               lambda: friend.sees_as(cid, "free_for_chat", "still there?"))

    # Both restart, one by force.
    map_.kill()
    map_.start()
    expect(wk.end(signal.SIGTERM) == 0, "SIGTERM ends wk.test with 0")
    wk.start()
    for number, friend in enumerate(friends):
        # New texts, so that none is right from memory.
        friend.set("online", f"back again {number}")
    for observer, observed in pairs:
        text = f"back again {friends.index(observed)}"
        within(RESTART + BATCH, f"{observer.user} sees {observed.user} in the end",
               lambda: observer.sees_as(observed, "online", text))
    for server in servers.values():
        print(f"    {server.name}: {json.dumps(server.peers())[:600]}")
    for friend in friends:
        friend.running = False


def main():
    binary = os.path.abspath(sys.argv[1])
    with tempfile.TemporaryDirectory(prefix="porchlight-federation-") as folder:
        options(binary, folder)
        authority = Authority(folder)
        network = Network(NAMES, authority)
        try:
            scenario({name: Homeserver(binary, name, folder, authority, network) for name in NAMES}, network)
        finally:
            Server.end_all()
            for name in NAMES:
                log = pathlib.Path(folder, name + ".log")
                said = log.read_text() if log.exists() else ""
                if said:
                    print(f"    {name} said: {said[-1000:]}")
        asked = {name: sorted(view.asked) for name, view in network.views.items()}
    expect(any("_matrix-fed._tcp.srv.test" in names for names in asked.values()), "name servers were asked for srv.test")
    expect(network.documents > 0, f"the well-known document was fetched {network.documents} times")
    expect(not any("map.test" in name and name.startswith("_") for names in asked.values() for name in names),
           "nobody asked where map.test's service is")
    claims.end()


main()
