#!/usr/bin/env python3
"""A homeserver under users who come, change and go for a long time: what it holds does not grow, and nothing is lost.

usage: soak.py BINARY [MINUTES]

Sixteen users watch each other in a ring, each with a client that polls, changes its status every second or so, breaks
its connection now and then, and logs in anew. Memory and descriptors are read every second. Those of the last fifth of
the time may be at most 20 MB and 20 descriptors more than those of the second fifth, and in the end each client was
told the last status of the user it watches.
"""

import http.client
import os
import random
import sys
import tempfile
import threading
import time

from porchlight_ci import CLIENT, UNSTABLE, Claims, Served, now, quoted, wait_until

USERS = 16
PASSWORD = "correct horse"
MORE_MEMORY, MORE_FILES = 20, 20
claims = Claims("soak")


class User:
    """A user, and the client that polls, changes and reconnects for it."""

    def __init__(self, server, number):
        self.server, self.name = server, f"user{number}"
        self.id = f"@{self.name}:harbor.example"
        self.random = random.Random(number)
        self.said = self.watched = None
        self.seen = {}
        self.changes = 0
        self.failure = None
        connection = server.connect()
        self.token = connection.register(self.name, password=PASSWORD)[1]["access_token"]
        connection.close()

    def do(self, connection, method, path, body=None):
        status, answer = connection.ask(method, path, self.token, body)
        if status != 200 or answer.get("failed"):
            raise RuntimeError(f"{self.id}: {method} {path} {body}: {status} {answer}")
        return answer

    def write(self, stop):
        """Changes until it is stopped; what stops it before that is kept, as a thread that ends by itself says nothing."""
        try:
            self.change(stop)
        except (OSError, http.client.HTTPException, RuntimeError, KeyError) as failure:
            self.failure = failure

    def poll(self, stop):
        """Follows the stream, by a new connection after every break."""
        connection, since, token = self.server.connect(), None, self.token
        while not stop.is_set():
            if token != self.token:
                since, token = None, self.token
            query = "timeout=2000&set_presence=online" + (f"&since={quoted(since)}" if since else "")
            try:
                status, answer = connection.ask("GET", f"{CLIENT}/sync?{query}", token)
            except (OSError, http.client.HTTPException):
                connection = self.server.connect()
                continue
            if status != 200:
                continue
            since = answer["next_batch"]
            for event in answer.get("presence", {}).get("events", []):
                if event["type"] == "m.presence":
                    self.seen[event["sender"]] = event["content"].get("status_msg")
            if self.random.random() < 0.1:
                connection.close()
                connection = self.server.connect()
        connection.close()

    def change(self, stop):
        """Says something new again and again, and now and then begins another session."""
        connection = self.server.connect()
        while not stop.wait(self.random.uniform(0.2, 1.8)):
            self.changes += 1
            self.said = f"{self.name} {self.changes}"
            state = self.random.choice(["online", "busy", "unavailable", "free_for_chat"])
            self.do(connection, "PUT", f"{CLIENT}/presence/{quoted(self.id)}/status",
                    {"presence": state, "status_msg": self.said})
            if self.random.random() < 0.02:
                before = self.token
                self.token = self.do(connection, "POST", CLIENT + "/login", {
                    "type": "m.login.password", "identifier": {"type": "m.id.user", "user": self.name},
                    "password": PASSWORD})["access_token"]
                status, answer = connection.ask("POST", CLIENT + "/logout", before, {})
                if status != 200:
                    raise RuntimeError(f"{self.id}: /logout: {status} {answer}")
        connection.close()


def held(process):
    """Resident memory in MB, and the number of open descriptors."""
    with open(f"/proc/{process.pid}/status") as file:
        memory = next(int(line.split()[1]) for line in file if line.startswith("VmRSS:")) / 1024
    return memory, len(os.listdir(f"/proc/{process.pid}/fd"))


def main():
    binary, minutes = os.path.abspath(sys.argv[1]), float(sys.argv[2]) if len(sys.argv) > 2 else 60
    with tempfile.TemporaryDirectory(prefix="porchlight-soak-") as folder:
        server = Served(binary, os.path.join(folder, "store.sqlite"), "--password-cost", "1").listening()
        try:
            users = [User(server, number) for number in range(USERS)]
            connection = server.connect()
            for user, watched in zip(users, users[1:] + users[:1]):
                user.watched = watched
                user.do(connection, "POST", UNSTABLE + "/presence/list", {"invite": [watched.id]})
                watched.do(connection, "POST", UNSTABLE + "/presence/list", {"accept": [user.id]})
            over, silent = threading.Event(), threading.Event()
            for user in users:
                threading.Thread(target=user.poll, args=(over,), daemon=True).start()
            writers = [threading.Thread(target=user.write, args=(silent,), daemon=True) for user in users]
            for writer in writers:
                writer.start()
            samples, end = [], now() + 60 * minutes
            while now() < end:
                time.sleep(1)
                if server.process.poll() is not None:
                    raise SystemExit(f"soak: the server ended with {server.process.poll()}")
                samples.append(held(server.process))
            silent.set()
            for writer in writers:
                writer.join(30)
            claims.expect(not any(writer.is_alive() for writer in writers), "every user's last request was answered")
            failures = [str(user.failure) for user in users if user.failure]
            claims.expect(not failures, "no request of a user failed", failures)
            claims.expect(all(user.changes for user in users), "every user changed something")
            for user in users:
                claims.expect(wait_until(lambda: user.seen.get(user.watched.id) == user.watched.said, 20),
                              f"{user.id} was told the last status of {user.watched.id}",
                              (user.seen.get(user.watched.id), user.watched.said))
            over.set()
            fifth = max(1, len(samples) // 5)
            early, late = samples[fifth:2 * fifth], samples[-fifth:]
            for at, most, what in ((0, MORE_MEMORY, "MB"), (1, MORE_FILES, "descriptors")):
                before, after = (max(sample[at] for sample in part) for part in (early, late))
                claims.expect(after - before <= most, f"{before:.0f} {what} became {after:.0f} (at most {most} more)")
            print(f"{sum(user.changes for user in users)} changes in {minutes:g} minutes")
            claims.expect(server.end() == 0, "SIGTERM ends it with 0")
        finally:
            Served.end_all()
    claims.end()


if __name__ == "__main__":
    main()
