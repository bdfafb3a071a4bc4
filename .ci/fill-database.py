#!/usr/bin/env python3
"""Fills a new database with something of everything, for the fixtures of Tests/HomeserverSQLiteTests.

usage: fill-database.py BINARY FILE

BINARY is a build of the version whose database is wanted; its signing key is written
to FILE.key, and what the server published of it to FILE.keys. What it is asked is what every version understands since the
first that had a database. `UpgradeTests` says what has to be found.
"""

import json
import os
import shutil
import sys
import tempfile

from porchlight_ci import CLIENT, UNSTABLE, Served, quoted

SERVER = "harbor.example"


def user(name):
    return f"@{name}:{SERVER}"


class Filler:
    def __init__(self, connection):
        self.connection = connection
        self.tokens = {}

    def ask(self, method, path, name, body):
        status, answer = self.connection.ask(method, path, self.tokens.get(name), body)
        if status != 200 or answer.get("failed"):
            raise SystemExit(f"{method} {path}: {status} {answer}")
        return answer

    def register(self, name):
        answer = self.ask("POST", CLIENT + "/register", None, {
            "username": name, "password": f"{name}'s password", "device_id": "FIRST", "auth": {"type": "m.login.dummy"},
            "initial_device_display_name": f"{name}'s laptop"})
        self.tokens[name] = answer["access_token"]

    def list(self, name, **change):
        self.ask("POST", UNSTABLE + "/presence/list", name, change)

    def status(self, name, state, text):
        self.ask("PUT", f"{CLIENT}/presence/{quoted(user(name))}/status", name, {"presence": state, "status_msg": text})

    def profile(self, name, field, value):
        self.ask("PUT", f"{CLIENT}/profile/{quoted(user(name))}/{field}", name, {field: value})

    def fill(self):
        for name in ("ann", "bob", "cara", "dave", "hugo", "gone"):
            self.register(name)
        # A second session of Ann, which can be renewed.
        answer = self.ask("POST", CLIENT + "/login", None, {
            "type": "m.login.password", "identifier": {"type": "m.id.user", "user": "ann"},
            "password": "ann's password", "device_id": "SECOND", "refresh_token": True})
        assert answer["refresh_token"]
        if self.connection.ask("GET", CLIENT + "/joined_rooms", self.tokens["ann"])[0] == 200:
            self.fill_rooms()
        self.profile("ann", "displayname", "Ann B\u00e9rard")
        self.profile("ann", "avatar_url", f"mxc://{SERVER}/ann")
        self.profile("hugo", "displayname", "Hugo")
        self.list("ann", invite=[user("bob"), user("cara"), user("dave"), user("hugo"), user("nobody-yet")])
        self.list("bob", accept=[user("ann")])
        self.list("hugo", accept=[user("ann")])
        self.list("cara", deny=[user("ann")])
        self.list("bob", invite=[user("ann")])
        self.list("ann", groups={user("bob"): ["work", "friends"]})
        self.status("ann", "busy", "writing \u2013 \u5317\u4eac")
        self.status("bob", "free_for_chat", "coffee?")
        self.status("hugo", "online", "seen by all")
        self.status("hugo", "hidden", "seen by nobody")
        me = f"{CLIENT}/user/{quoted(user('ann'))}"
        self.ask("PUT", f"{me}/account_data/chat.porchlight.test", "ann", {"value": ["\u00e9", 1, None]})
        answer = self.ask("POST", f"{me}/filter", "ann", {"presence": {"types": ["m.presence"], "limit": 7}})
        print("filter", answer["filter_id"])
        self.ask("POST", CLIENT + "/logout", "gone", {})

    def fill_rooms(self):
        """What versions with rooms have beside: Ann's name comes after she joined."""
        answer = self.ask("POST", CLIENT + "/createRoom", "ann", {
            "preset": "public_chat", "visibility": "public", "name": "Hall", "room_alias_name": "hall"})
        room = f"{CLIENT}/rooms/{quoted(answer['room_id'])}"
        for name in ("bob", "dave"):
            self.ask("POST", room + "/join", name, {})
        self.ask("POST", room + "/invite", "ann", {"user_id": user("cara")})
        for action in ("leave", "forget"):
            self.ask("POST", f"{room}/{action}", "dave", {})
        sent = [self.ask("PUT", f"{room}/send/m.room.message/{number}", "ann", {"msgtype": "m.text", "body": str(number)})
                for number in range(3)]
        self.ask("PUT", f"{room}/redact/{quoted(sent[1]['event_id'])}/1", "ann", {"reason": "a mistake"})
        self.ask("POST", f"{room}/receipt/m.read/{quoted(sent[0]['event_id'])}", "bob", {})
        tags = f"{CLIENT}/user/{quoted(user('bob'))}/rooms/{quoted(answer['room_id'])}/tags"
        self.ask("PUT", tags + "/m.favourite", "bob", {"order": 0.5})

    def verify_keys(self):
        return self.ask("GET", "/_matrix/key/v2/server", None, None)["verify_keys"]


def main():
    if len(sys.argv) != 3:
        raise SystemExit(__doc__)
    binary, file = os.path.abspath(sys.argv[1]), os.path.abspath(sys.argv[2])
    with tempfile.TemporaryDirectory() as folder:
        database = folder + "/database.sqlite"
        # Cheap passwords: the fixture is opened, not attacked.
        server = Served(binary, database, "--password-cost", "4").listening()
        try:
            filler = Filler(server.connect())
            filler.fill()
            keys = filler.verify_keys()
            # An orderly end leaves one file.
            server.end()
        finally:
            Served.end_all()
        shutil.copyfile(database, file)
        shutil.copyfile(database + ".key", file + ".key")
        with open(file + ".keys", "w") as out:
            json.dump(keys, out)


main()
