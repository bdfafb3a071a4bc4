"""Servers of others: without presence lists, or with a rule for presence in rooms that changes."""

import collections
import http.server
import json
import pathlib
import re
import threading

from .answering import Answering
from .shell import Shell, expect

ROOM, NAMED = "!boats:x", "chat.porchlight.presence_sharing"
UNRECOGNIZED = (404, {"errcode": "M_UNRECOGNIZED", "error": "Unrecognized request"})


class Scripted(Answering):
    """Answers a path by its last part: in turn with what is written for it, and from then on with the last of that."""

    def answer(self):
        asked = self.path.split("?")[0].rsplit("/", 1)[-1]
        self.server.asked[asked] += 1
        script = self.server.script.get(asked, [UNRECOGNIZED])
        return script.pop(0) if len(script) > 1 else script[0]


def member(user):
    return {"type": "m.room.member", "state_key": user, "sender": user, "event_id": f"${user}", "content": {"membership": "join"}}


def told(position, *presence, room=False):
    """An answer to a poll, with a room of ann and bob or without."""
    joined = {ROOM: {"state": {"events": [member("@ann:x"), member("@bob:x")]}, "timeline": {"events": []}}}
    return 200, {"next_batch": position, "rooms": {"join": joined if room else {}}, "presence": {"events": [
        {"type": "m.presence", "sender": user, "content": {"presence": state}} for user, state in presence]}}


def rule(name):
    return 200, {"capabilities": {NAMED: {"rule": name}} if name else {}}


def followed(user, count):
    """The first changes that follow prints."""
    follower = user.follow()
    patience = threading.Timer(20, follower.kill)
    patience.start()
    changes = [json.loads(follower.stdout.readline() or "{}") for _ in range(count)]
    patience.cancel()
    follower.terminate()
    follower.wait(10)
    return changes


def others(binary, folder):
    token = pathlib.Path(folder) / "token"
    token.write_text("secret")
    token.chmod(0o600)
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Scripted)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    ann = Shell(binary, folder, "--homeserver", f"http://127.0.0.1:{server.server_port}", "--token-file", str(token))

    def plays(**script):
        server.asked = collections.Counter()
        server.script = {"whoami": [(200, {"user_id": "@ann:x"})], "versions": [(200, {"versions": ["v1.1"]})], **script}

    # A server that leaves those who are offline out shares their presence all the same.
    for name, reason in ((None, "nothing heard yet"), ("suggest", "no room you share shows them")):
        plays(sync=[told("s1", room=True)], capabilities=[rule(name)])
        lines = ann.run("who")
        expect(re.fullmatch(rf"unknown \(around\) +bob +@bob:x +- +{reason}\n", lines), f"who without lists printed {lines}")
    plays(sync=[told("s1")], capabilities=[rule(None)])
    ann.run("who", status=1)
    entry = {"user_id": "@bob:x", "state": "accepted", "presence": "online"}
    plays(sync=[told("s1", ("@bob:x", "online"), room=True)], capabilities=[rule(None)],
          versions=[(200, {"versions": [], "unstable_features": {"chat.porchlight": True}})],
          list=[(200, {"list": [entry], "invites": [], "observers": [], "next_batch": "s0"})])
    expect([entry["state"] for entry in ann.json("who")] == ["accepted"], "who comes onto the list meanwhile is told once")

    # The rule is not to be had at first, and another one after an interruption.
    plays(sync=[told("s1", ("@bob:x", "online"), room=True), told("s2"), (502, "away"), told("s3")],
          capabilities=[(502, "away"), rule("suggest"), rule("spec")])
    changes = followed(ann, 2)
    expect([change.get("unknown_reason") for change in changes] == ["not_shared", None],
           f"follow said of a server whose rule changes {changes}")

    # Behind a proxy that does not pass the question on it is asked ever more seldom.
    plays(sync=[told(f"s{number}", ("@bob:x", "online" if number % 2 else "unavailable"), room=number == 1)
                for number in range(1, 20)], capabilities=[(404, "<html>")])
    changes = followed(ann, 15)
    expect(all(changes) and server.asked["sync"] > 15 and 0 < server.asked["capabilities"] <= 8,
           f"follow asked {server.asked} for {changes}")
    server.shutdown()
