"""The commands on the offline homeserver, which each of them carries in itself."""

import datetime
import json
import re
import subprocess
import time

from .shell import HOSTILE, Shell, expect, settled


def offline(binary, folder):
    ann = Shell(binary, folder)
    bob = Shell(binary, folder, "--as", "bob")
    expect(ann.run("status").startswith("online"), "a new person is online by choice")
    ann.run("set", "busy", "in the attic")
    status = ann.json("status")
    expect((status["choice"], status["status_msg"]) == ("busy", "in the attic"), f"status is {status}")
    ann.run("set", "away")
    expect(ann.json("status")["status_msg"] == "in the attic", "a text stays where none is given")
    ann.run("set", "online", "")
    expect("status_msg" not in ann.json("status"), "'' clears the text")
    for state in ("invisible", "away", "free-for-chat", "online"):
        ann.run("set", state)
        expect(ann.json("status")["choice"] == state, f"set {state} is called {ann.json('status')['choice']}")
        expect(ann.run("status").startswith(state), f"set {state} is called {ann.run('status')}")
    expect("your profile stays public" in ann.remark("set", "invisible"), "a user who hides is told what stays public")
    expect(ann.remark("set", "online") == "", "nothing is said to a user who does not hide")
    ann.run("set", "sleeping", status=2)
    ann.run("set", "online", "x" * 1025, status=2)
    ann.run("set", "online", "x" * 1024)
    expect(len(ann.json("status")["status_msg"]) == 1024, "a text of 1,024 bytes is taken")
    ann.run("set", "online", "")

    ann.run("name", "Ann B.")
    expect(ann.json("status")["displayname"] == "Ann B.", "status --json has the name")
    expect(ann.run("status").splitlines()[1:] == ["Ann B.  @ann:localhost"], "status shows the name")
    ann.run("name", " \u200b", status=2)
    ann.run("name", "")
    expect("displayname" not in ann.json("status"), "'' takes the name away")
    ann.run("nonsense", status=2)

    expect(ann.run("who", status=1) == "", "the list is empty")
    expect(ann.json("invites", status=1) == [], "there are no invites")
    ann.run("invite", "bob")
    expect(ann.json("who")[0]["state"] == "invited" and ann.run("who").startswith("invited "), "an invite waits")
    # bob has no account yet: his first command makes him, and finds what waits for him.
    bob.run("set", "online", "tea")
    expect([invite["observer"] for invite in bob.json("invites")] == ["@ann:localhost"], "what waits is found")
    ann.run("remove", "bob")
    ann.run("remove", "bob", status=1)
    cem = Shell(binary, folder, "--as", "cem")
    cem.run("set", "online", "coffee")
    ann.run("invite", "@cem:localhost")
    expect(cem.json("invites")[0]["observer"] == "@ann:localhost", "the invite arrives")
    expect("@ann:localhost" in cem.run("invites"), "and is shown")
    cem.run("accept", "bob", status=1)
    cem.run("accept", "ann", "--ask-back")
    # Ann asked first, so her yes goes without saying.
    expect([entry["user_id"] for entry in cem.json("who")] == ["@ann:localhost"], "accept --ask-back asks back")
    cem.run("remove", "ann")
    entry = ann.json("who")[0]
    expect((entry["user_id"], entry["state"], entry["status_msg"]) == ("@cem:localhost", "accepted", "coffee"),
           f"after the yes: {entry}")
    expect("coffee" in ann.run("who"), "who shows the text")
    ann.run("invite", "ann", status=1)
    for slip in ("@", "", " ", "bob@porch.example", "@:porch.example", "@b b:localhost", "bob:localhost", "@b\x1b:x"):
        ann.run("invite", slip, status=2)
    ann.run("invite", "@far:porch.example", status=1)
    bob.run("invite", "cem")
    cem.run("deny", "bob")
    expect(bob.run("who", status=1) == "", "a no takes the entry away")

    # No process stays: each of these may find the database just closing, and none may notice.
    crowd = [subprocess.Popen([binary, "set", "online", f"text {number}"], env=ann.env, stderr=subprocess.PIPE)
             for number in range(20)]
    ends = [(member.wait(30), member.stderr.read().decode()) for member in crowd]
    expect(all(status == 0 for status, _ in ends), f"twenty at once ended with {ends}")
    expect(ann.json("status")["status_msg"].startswith("text "), "one of twenty was last")

    # One vocabulary, in the table and in JSON.
    for state, word in (("free-for-chat", "free-for-chat"), ("away", "idle"), ("busy", "busy"), ("online", "online")):
        roster = cem.follow()
        # Until the stream of `follow` is open, cem is offline whatever he chooses: he chooses again.
        expect(settled(lambda: cem.run("set", state) == "" and ann.json("who")[0]["presence"] == word),
               f"who --json calls {state} {ann.json('who')[0]['presence']}, not {word}")
        expect(ann.run("who").split()[0] == word, f"who calls {state} {ann.run('who').split()[0]}, not {word}")
        roster.terminate()
        roster.wait(10)

    follower = ann.follow()
    time.sleep(1)
    cem.run("set", "busy", HOSTILE)
    change = json.loads(follower.stdout.readline())
    expect((change["type"], change["user_id"], change["status_msg"]) == ("changed", "@cem:localhost", HOSTILE),
           f"follow said {change}")
    heard = datetime.datetime.fromisoformat(change["at"].replace("Z", "+00:00"))
    late = abs((datetime.datetime.now(datetime.timezone.utc) - heard).total_seconds())
    expect(re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z", change["at"]) and late < 10,
           f"a change was heard at {change['at']}")
    expect(change["before"].get("status_msg") == "coffee" and change["before"]["state"] == "accepted"
           and change["before"]["presence"] in ("online", "offline"), f"before it was {change['before']}")
    expect(cem.json("who", status=1) == [], "cem watches nobody")
    expect(ann.json("status")["presence"] == "offline", "following makes nobody online")
    ann.run("who")
    ann.run("who", "--json")
    head = subprocess.run(f"'{binary}' follow --initial | head -1", shell=True, env=ann.env, capture_output=True, timeout=20)
    expect(head.stdout.count(b"\n") == 1, f"follow --initial | head -1 printed {head.stdout}")
    closed = subprocess.run(f"'{binary}' who >&-", shell=True, env=ann.env, capture_output=True, timeout=20)
    expect(b"standard output cannot be written" in closed.stderr, f"with output closed: {closed.stderr}")
    around(ann, bob, follower)
    follower.terminate()
    expect(follower.wait(10) == 0, f"SIGTERM ended follow with {follower.returncode}")
    expect(follower.stderr.read() == "", "follow ends without a word")


def around(ann, bob, follower):
    """Whoever shares a room with ann, and is not on her list, is told too, and marked."""
    room = ann.run("room", "create", "Boat club", "--alias", "boats", "--public").strip()
    bob.run("room", "join", "#boats")
    entry = next((entry for entry in ann.json("who") if entry["user_id"] == "@bob:localhost"), None)
    expect(entry and (entry["state"], entry["rooms"]) == ("around", [room]), f"who --json says of a room-mate {entry}")
    expect(re.search(r"^\w+ \(around\) +bob +@bob:localhost ", ann.run("who"), re.M), "who marks who is around")
    expect([entry["state"] for entry in bob.json("who")] == ["around"], "who ends with 0 where somebody is around")
    change = json.loads(follower.stdout.readline())
    while change["user_id"] != "@bob:localhost":
        change = json.loads(follower.stdout.readline())
    expect((change["type"], change["state"]) == ("added", "around"), f"follow said of who joined {change}")
    ann.run("invite", "bob")
    while change["state"] == "around":
        change = json.loads(follower.stdout.readline())
    expect((change["type"], change["state"], change["before"]["state"]) == ("added", "invited", "around"),
           f"follow said of a room-mate who was invited {change}")
    ann.run("remove", "bob")
    while change["state"] != "around":
        change = json.loads(follower.stdout.readline())
    bob.run("room", "leave", room)
    while change["type"] != "removed":
        change = json.loads(follower.stdout.readline())
    expect((change["user_id"], change["state"], change["before"]["state"]) == ("@bob:localhost", "left", "around"),
           f"follow said of who left {change}")
    ann.run("room", "leave", room)
