#!/usr/bin/env python3
"""A server whose disk is full says so, loses nothing, goes on reading, and recovers without a restart.

usage: full-disk.py BINARY

On a tmpfs of 4 MiB that ballast fills (in a mount namespace of its own: `unshare -m`, without root `unshare -rm`),
and under RLIMIT_FSIZE, whose signal must not end the process.
"""

import os
import random
import resource
import subprocess
import sys
import tempfile
import threading

from porchlight_ci import CLIENT, UNSTABLE, Claims, Served, quoted

MIB = 1 << 20
claims = Claims("full disk", shown=False, fatal=True)
expect = claims.expect


class Person:
    """A user whose acknowledged writes are remembered."""

    def __init__(self, name):
        self.name = name
        self.user = f"@{name}:harbor.example"
        self.token = None
        self.data = {}
        self.status = None
        self.refusals = []

    def register(self, connection):
        status, answer = connection.register(self.name)
        expect(status == 200, f"register {self.name}: {status} {answer}")
        self.token = answer["access_token"]

    def keep(self, connection, kind, size):
        """Keeps account data; true where it was acknowledged."""
        body = {"content": kind + "\u00e9" + "x" * size}
        status, answer = connection.ask(
            "PUT", f"{CLIENT}/user/{quoted(self.user)}/account_data/{quoted(kind)}", self.token, body)
        if status == 200:
            self.data[kind] = body
            return True
        self.refused(status, answer)
        return False

    def say(self, connection, text):
        status, answer = connection.ask(
            "PUT", f"{CLIENT}/presence/{quoted(self.user)}/status", self.token,
            {"presence": "online", "status_msg": text})
        if status == 200:
            self.status = text
            return True
        self.refused(status, answer)
        return False

    def refused(self, status, answer):
        expect(status == 503, f"a write that fails answers {status} {answer}")
        expect(set(answer) >= {"errcode", "error"} and answer["errcode"].startswith("M_"), f"no error: {answer}")
        self.refusals.append(answer["error"])

    def check(self, connection):
        """Everything acknowledged is there."""
        for kind, body in self.data.items():
            status, answer = connection.ask(
                "GET", f"{CLIENT}/user/{quoted(self.user)}/account_data/{quoted(kind)}", self.token)
            expect(status == 200 and answer == body, f"{self.name} lost {kind}: {status}")
        status, answer = connection.ask("GET", f"{CLIENT}/presence/{quoted(self.user)}/status", self.token)
        expect(status == 200 and answer.get("status_msg") == self.status,
               f"{self.name} said {self.status!r}: {status} {answer}")


def fill(people, connection, prefix):
    """Writes until nothing more is taken, first large and then small pieces."""
    kept = 0
    for size in (50_000, 4_000, 200):
        for number in range(200):
            if not people[number % len(people)].keep(connection, f"{prefix}-{size}-{number}", size):
                break
            kept += 1
        else:
            expect(False, f"200 pieces of {size} bytes found room on a full disk")
    return kept


def read_on(server, connection, people):
    """Reads and polls while no write succeeds."""
    for person in people:
        person.check(connection)
    ann, bob = people[:2]
    status, answer = connection.ask("GET", f"{CLIENT}/sync?timeout=0&set_presence=offline", ann.token)
    expect(status == 200 and "next_batch" in answer, f"/sync: {status} {answer}")
    status, answer = connection.ask(
        "GET", f"{CLIENT}/sync?timeout=300&set_presence=online&since={answer['next_batch']}", ann.token)
    expect(status == 200, f"a waiting /sync: {status} {answer}")
    status, answer = connection.ask("GET", UNSTABLE + "/presence/list", ann.token)
    expect(status == 200 and [entry["user_id"] for entry in answer["list"]] == [bob.user], f"the list: {answer}")
    status, answer = connection.ask("POST", CLIENT + "/register", None,
                                    {"username": "late" + "x" * 200, "auth": {"type": "m.login.dummy"}})
    expect(status in (200, 503), f"register: {status} {answer}")
    expect(server.process.poll() is None, f"the server ended with {server.process.poll()}")


def begin(server):
    people = [Person(name) for name in ("ann", "bob", "cem", "dee", "eve", "fay")]
    connection = server.connect()
    for person in people:
        person.register(connection)
        expect(person.say(connection, "before"), "a first status is refused")
    for who, change in ((0, {"invite": [people[1].user]}), (1, {"accept": [people[0].user]})):
        status, answer = connection.ask("POST", UNSTABLE + "/presence/list", people[who].token, change)
        expect(status == 200 and not answer.get("failed"), f"befriending: {answer}")
    return people, connection


def crash_and_check(binary, server, database, people, make_room):
    """kill -9 while many write and some are refused; after a start all that was acknowledged is there."""
    threads = []

    def write(person, number):
        connection = server.connect()
        for piece in range(200):
            try:
                person.keep(connection, f"crash-{number}-{piece}", 3_000)
            except (OSError, ValueError):
                return
            except Exception as error:  # http.client's own
                if type(error).__module__ != "http.client":
                    raise
                return

    for number, person in enumerate(people):
        threads.append(threading.Thread(target=write, args=(person, number)))
    for thread in threads:
        thread.start()
    threads[0].join(0.2 + random.Random(1).random() / 5)
    server.kill()
    for thread in threads:
        thread.join()
    make_room()
    server = Served(binary, database).listening()
    connection = server.connect()
    for person in people:
        person.check(connection)
    expect(people[0].say(connection, "after the crash"), "no write after the crash")
    server.kill()


def on_a_small_disk(binary, folder):
    subprocess.run(["mount", "-t", "tmpfs", "-o", "size=4m", "tmpfs", folder], check=True)
    database, ballast = os.path.join(folder, "store.sqlite"), os.path.join(folder, "ballast")
    server = Served(binary, database).listening()
    people, connection = begin(server)
    ann, bob = people[:2]

    def load():
        with open(ballast, "ab", buffering=0) as file:
            for size in (65_536, 4_096, 1):
                try:
                    while file.write(b"x" * size) == size:
                        pass
                except OSError:
                    pass
        os.truncate(ballast, os.path.getsize(ballast) - 400_000)

    kept = 0
    for round_ in range(3):
        expect(ann.keep(connection, f"room-{round_}", 50_000), "no room before the ballast")
        load()
        kept += fill(people, connection, f"round-{round_}")
        refusals = [refusal for person in people for refusal in person.refusals]
        expect(all("disk is full" in refusal for refusal in refusals), f"a refusal does not say why: {refusals}")
        read_on(server, connection, people)
        os.remove(ballast)
        expect(ann.say(connection, f"room again {round_}") and bob.keep(connection, f"again-{round_}", 10_000),
               "no write when there is room again")
    load()
    crash_and_check(binary, server, database, people, lambda: os.remove(ballast))
    print(f"full disk: a tmpfs of 4 MiB filled 3 times, {sum(len(person.refusals) for person in people)} writes refused, "
          f"{sum(len(person.data) for person in people)} pieces kept, {kept} while it filled, nothing lost")


def under_a_limit(binary, folder):
    database = os.path.join(folder, "limited.sqlite")
    limit = 2 * MIB
    _, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    server = Served(binary, database,
                    preexec=lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (limit, hard))).listening()
    people, connection = begin(server)
    ann, bob = people[:2]
    for round_ in range(2):
        fill(people, connection, f"round-{round_}")
        read_on(server, connection, people)
        limit += MIB
        resource.prlimit(server.process.pid, resource.RLIMIT_FSIZE, (limit, hard))
        expect(ann.say(connection, f"larger {round_}") and bob.keep(connection, f"again-{round_}", 10_000),
               "no write under a larger limit")
    crash_and_check(binary, server, database, people, lambda: None)
    print(f"full disk: RLIMIT_FSIZE reached twice, {sum(len(person.refusals) for person in people)} writes refused, "
          f"{sum(len(person.data) for person in people)} pieces kept, nothing lost")


def main():
    if sys.argv[2:] != ["--inside"]:
        namespace = "-m" if os.getuid() == 0 else "-rm"
        os.execvp("unshare", ["unshare", namespace, sys.executable, __file__, sys.argv[1], "--inside"])
    with tempfile.TemporaryDirectory(prefix="porchlight-full-disk-") as folder:
        small = os.path.join(folder, "small")
        os.mkdir(small)
        try:
            on_a_small_disk(sys.argv[1], small)
            under_a_limit(sys.argv[1], folder)
        finally:
            Served.end_all()
            subprocess.run(["umount", "-l", small], check=False)
    claims.end()


main()
