#!/usr/bin/env python3
"""What was answered with 200 is there after kill -9.

usage: kill9.py BINARY [KILLS [SEED]]

Eight writers register people, set texts and names, keep account data, ask, answer and drop each other, and log out,
while the server is killed at random instants, at its start too. After each start on the same database everything
acknowledged is there, and what was on its way is there whole or not at all.
"""

import http.client
import os
import random
import sys
import tempfile
import threading
import time

from porchlight_ci import CLIENT, UNSTABLE, Served, now, quoted

WRITERS = 8


class Writer:
    """One person with others to ask. The model maps what can be read back to what was acknowledged."""

    def __init__(self, number, seed):
        self.number = number
        self.random = random.Random(seed * 100 + number)
        self.model = {}
        self.pending = None
        self.tokens = {}
        self.me = None
        self.others = []
        self.count = 0
        self.acknowledged = 0
        self.problems = []

    # Writing

    def run(self, port_of, stop):
        connection = port_of()
        try:
            while not stop.is_set():
                self.step(connection)
        except (OSError, http.client.HTTPException, ValueError):
            pass
        finally:
            connection.close()

    def do(self, connection, changes, method, path, token, body):
        """One request; `changes` are true once it is answered with 200."""
        self.pending = changes
        status, answer = connection.ask(method, path, token, body)
        self.pending = None
        if status != 200 or answer.get("failed"):
            self.problems.append(f"{method} {path} {body}: {status} {answer}")
            return None
        self.model.update(changes)
        self.acknowledged += 1
        return answer

    def person(self, connection):
        self.count += 1
        name = f"w{self.number}-{self.count}"
        user = f"@{name}:harbor.example"
        self.pending = {}
        status, answer = connection.register(name)
        self.pending = None
        if status != 200:
            self.problems.append(f"register {name}: {status} {answer}")
            return None
        self.tokens[user] = answer["access_token"]
        self.model[("session", user)] = True
        self.acknowledged += 1
        return user

    def step(self, connection):
        if self.me is None:
            self.me = self.person(connection)
            return
        text = f"{self.count}-{self.acknowledged}-\u00e9\u0301\U0001f600"
        choice = self.random.randrange(10)
        self.count += 1
        me, token = self.me, self.tokens[self.me]
        if choice < 3:
            state = self.random.choice(["online", "busy", "unavailable", "hidden", "free_for_chat"])
            self.do(connection, {("status", me): (state, text)}, "PUT", f"{CLIENT}/presence/{quoted(me)}/status",
                    token, {"presence": state, "status_msg": text})
        elif choice == 3:
            self.do(connection, {("name", me): text}, "PUT", f"{CLIENT}/profile/{quoted(me)}/displayname",
                    token, {"displayname": text})
        elif choice == 4:
            kind = self.random.choice(["a", "b", "chat.porchlight.\u00e9"])
            body = {"value": text, "long": "x" * self.random.randrange(20000)}
            self.do(connection, {("data", me, kind): body}, "PUT",
                    f"{CLIENT}/user/{quoted(me)}/account_data/{quoted(kind)}", token, body)
        elif choice == 5:
            user = self.person(connection)
            if user and self.random.random() < 0.5:
                self.do(connection, {("session", user): False}, "POST", f"{CLIENT}/logout", self.tokens[user], {})
            elif user:
                self.others.append(user)
        elif self.others:
            self.relate(connection, self.random.choice(self.others[-4:]))

    def relate(self, connection, other):
        """The next step between two users: asked, answered, taken back; each pair once."""
        me = self.me
        entry, asked, allowed = (("entry", me, other), ("asked", other, me), ("allowed", other, me))
        state = self.model.get(entry)
        path = UNSTABLE + "/presence/list"
        if entry not in self.model:
            self.do(connection, {entry: ("pending", ()), asked: True, allowed: False}, "POST", path,
                    self.tokens[me], {"invite": [other]})
        elif state is None:
            self.others.remove(other)
        elif state[0] == "pending" and self.random.random() < 0.7:
            self.do(connection, {entry: ("accepted", state[1]), asked: False, allowed: True}, "POST", path,
                    self.tokens[other], {"accept": [me]})
        elif state[0] == "pending":
            self.do(connection, {entry: None, asked: False, allowed: False}, "POST", path,
                    self.tokens[other], {"deny": [me]})
        else:
            group = f"group {self.count}"
            gone = {entry: None, asked: False, allowed: False}
            who, changes, body = self.random.choice([
                (me, {entry: ("accepted", (group,))}, {"groups": {other: [group]}}),
                (me, {entry: ("accepted", (group, group))}, {"groups": {other: [group, group]}}),
                (me, gone, {"drop": [other]}), (other, gone, {"revoke": [me]}),
            ])
            self.do(connection, changes, "POST", path, self.tokens[who], body)

    # Reading back

    def check(self, connection, recent):
        pending, self.pending = self.pending, None
        keys = {key for key in self.model if not recent or self.is_recent(key)} | set(pending or {})
        lists = {}
        taken = set()
        for key in keys:
            found = self.read(connection, key, lists)
            expected = self.model.get(key, self.absent(key))
            if pending and key in pending and pending[key] != expected:
                if found not in (expected, pending[key]):
                    self.problems.append(f"{key}: {found!r}, neither {expected!r} nor {pending[key]!r}")
                taken.add(found == pending[key])
                self.model[key] = found
            elif found != expected:
                self.problems.append(f"{key}: {found!r} instead of {expected!r}")
        if len(taken) > 1:
            self.problems.append(f"half of {pending} is stored")
        return len(keys)

    def is_recent(self, key):
        return key[0] in ("status", "name", "data") or key[1] in self.others[-6:] or key[1] == self.me

    def absent(self, key):
        return False if key[0] in ("asked", "allowed") else None

    def read(self, connection, key, lists):
        kind, user = key[0], key[1]
        token = self.tokens[user]
        if kind == "session":
            status, answer = connection.ask("GET", CLIENT + "/account/whoami", token)
            return status == 200 and answer.get("user_id") == user
        if kind == "status":
            _, answer = connection.ask("GET", f"{CLIENT}/presence/{quoted(user)}/status", token)
            return (answer.get("chat.porchlight.choice"), answer.get("status_msg")) if "status_msg" in answer else None
        if kind == "name":
            _, answer = connection.ask("GET", f"{CLIENT}/profile/{quoted(user)}/displayname", token)
            return answer.get("displayname")
        if kind == "data":
            status, answer = connection.ask(
                "GET", f"{CLIENT}/user/{quoted(user)}/account_data/{quoted(key[2])}", token)
            return answer if status == 200 else None
        if user not in lists:
            lists[user] = connection.ask("GET", UNSTABLE + "/presence/list", token)[1]
        answer, other = lists[user], key[2]
        if kind == "entry":
            entries = [entry for entry in answer.get("list", []) if entry["user_id"] == other]
            return (entries[0]["state"], tuple(entries[0].get("groups", []))) if entries else None
        if kind == "asked":
            return any(invite["observer"] == other for invite in answer.get("invites", []))
        return other in answer.get("observers", [])


def main():
    binary = sys.argv[1]
    kills = int(sys.argv[2]) if len(sys.argv) > 2 else 50
    seed = int(sys.argv[3]) if len(sys.argv) > 3 else 9
    chance = random.Random(seed)
    writers = [Writer(number, seed) for number in range(WRITERS)]
    begun, early, read = now(), 0, 0
    with tempfile.TemporaryDirectory(prefix="porchlight-kill9-") as folder:
        database = os.path.join(folder, "store.sqlite")
        for kill in range(kills + 1):
            if chance.random() < 0.3:
                early += 1
                victim = Served(binary, database)
                time.sleep(chance.random() * 0.12)
                victim.kill()
            server = Served(binary, database).listening()
            connection = server.connect()
            for writer in writers:
                read += writer.check(connection, recent=kill < kills)
            connection.close()
            problems = [problem for writer in writers for problem in writer.problems]
            if problems or kill == kills:
                server.kill()
                break
            stop = threading.Event()
            threads = [threading.Thread(target=writer.run, args=(server.connect, stop)) for writer in writers]
            for thread in threads:
                thread.start()
            time.sleep(0.02 + chance.random() * 0.5)
            server.kill()
            stop.set()
            for thread in threads:
                thread.join()
    acknowledged = sum(writer.acknowledged for writer in writers)
    print(f"kill -9: {kill} kills and {early} at the start, {acknowledged} acknowledged changes of {WRITERS} writers, "
          f"{read} things read back, {len(problems)} problems, {now() - begun:.0f} s")
    for problem in problems[:20]:
        print("  " + problem[:400])
    sys.exit(1 if problems or acknowledged < kills * WRITERS else 0)


main()
