#!/usr/bin/env python3
"""Databases of earlier versions are served by this one, with all that their users had.

usage: upgrade.py BINARY

Each database of Tests/HomeserverSQLiteTests/Databases (see fill-database.py) is served twice: the first start upgrades
it, the second finds it so.
"""

import glob
import json
import os
import shutil
import sys
import tempfile

from porchlight_ci import CLIENT, UNSTABLE, Claims, Served, quoted

DATABASES = os.path.join(os.path.dirname(os.path.abspath(__file__)), "../Tests/HomeserverSQLiteTests/Databases")
WITH_ROOMS = {"4b0bcc6.sqlite"}
claims = Claims("databases of earlier versions", shown=False, fatal=True)
expect = claims.expect


def look(server, file):
    connection = server.connect()
    with open(file + ".keys") as keys:
        published = connection.ask("GET", "/_matrix/key/v2/server")[1].get("verify_keys")
        expect(published == json.load(keys), "the signing key is the same", published)
    status, answer = connection.ask("POST", CLIENT + "/login", None, {
        "type": "m.login.password", "identifier": {"type": "m.id.user", "user": "ann"}, "password": "ann's password",
        "device_id": "FIRST"})
    expect(status == 200, "Ann logs in with her password", answer)
    token, me = answer["access_token"], quoted("@ann:harbor.example")
    listed = connection.ask("GET", UNSTABLE + "/presence/list", token)[1]
    text = json.dumps(listed, sort_keys=True)
    for name in ("bob", "dave", "hugo", "nobody-yet"):
        expect(f"@{name}:" in text, f"{name} is on her list", listed)
    expect("@cara:" not in text, "who denied is not", listed)
    expect('"work", "friends"' in text, "groups are kept in their order", listed)
    expect("seen by nobody" not in text, "a hidden user's text stays hidden", listed)
    status, answer = connection.ask("GET", f"{CLIENT}/presence/{me}/status", token)
    expect(answer.get("status_msg") == "writing \u2013 \u5317\u4eac", "her text is kept", answer)
    status, answer = connection.ask("GET", f"{CLIENT}/user/{me}/account_data/chat.porchlight.test", token)
    expect(answer == {"value": ["\u00e9", 1, None]}, "account data are kept", answer)
    status, answer = connection.ask("GET", f"{CLIENT}/user/{me}/filter/1", token)
    expect(answer.get("presence", {}).get("limit") == 7, "filters are kept", answer)
    status, answer = connection.ask("GET", f"{CLIENT}/profile/{me}")
    expect(answer.get("displayname") == "Ann B\u00e9rard", "her name is kept", answer)
    rooms = connection.ask("GET", CLIENT + "/joined_rooms", token)[1].get("joined_rooms")
    expect(len(rooms) == (os.path.basename(file) in WITH_ROOMS), "rooms are kept", rooms)
    for room in rooms:
        answer = connection.ask("GET", f"{CLIENT}/rooms/{quoted(room)}/messages?dir=b", token)[1]
        said = [event["content"].get("body") for event in answer["chunk"] if event["type"] == "m.room.message"]
        expect(said == ["2", None, "0"], "what was said is kept, and what was redacted is not", said)
    connection.close()


def main():
    binary = os.path.abspath(sys.argv[1])
    files = sorted(glob.glob(DATABASES + "/*.sqlite"))
    expect(files, "there are databases of earlier versions")
    for file in files:
        with tempfile.TemporaryDirectory() as folder:
            database = folder + "/database.sqlite"
            shutil.copyfile(file, database)
            shutil.copyfile(file + ".key", database + ".key")
            os.chmod(database + ".key", 0o600)
            try:
                for _ in range(2):
                    server = Served(binary, database, "--password-cost", "4").listening()
                    look(server, file)
                    server.kill()
            finally:
                Served.end_all()
    print(f"{len(files)} databases")
    claims.end()


main()
