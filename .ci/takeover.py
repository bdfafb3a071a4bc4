#!/usr/bin/env python3
"""The offline homeserver passes from process to process.

usage: takeover.py BINARY [ROUNDS]

Several processes of one user share one database. Whichever has it is killed (kill -9, every third time SIGTERM), at a
random instant, while others follow and write. Within 2 s another one has it, followers go on, everything that was
acknowledged is found, and never do two processes have the database open.
"""

import json
import os
import pathlib
import random
import signal
import subprocess
import sys
import tempfile
import threading
import time

from porchlight_ci import Claims, now, wait_until

PATIENCE = 2.0
claims = Claims("takeover", shown=False, fatal=True)


class World:
    def __init__(self, binary, folder):
        self.binary = binary
        self.database = str(pathlib.Path(folder) / "porchlight/offline/porchlight.sqlite")
        self.env = {**os.environ, "XDG_DATA_HOME": folder, "HOME": folder}

    def run(self, *words, status=0):
        done = subprocess.run([self.binary, *words], env=self.env, capture_output=True, text=True, timeout=30)
        claims.expect(done.returncode == status,
                      f"`porchlight {' '.join(words)}` ends with {status}: {done.returncode} {done.stderr.strip()}")
        return done.stdout

    def follow(self, name):
        return Follower(self, name)

    def holders(self):
        """The processes that have the database open."""
        found = []
        for process in pathlib.Path("/proc").iterdir():
            if not process.name.isdigit():
                continue
            try:
                files = [os.readlink(file) for file in (process / "fd").iterdir()]
            except OSError:
                continue
            if self.database in files:
                found.append(int(process.name))
        return found


class Follower:
    def __init__(self, world, name):
        self.name = name
        self.process = subprocess.Popen(
            [world.binary, "follow", "--json", "--as", name], env=world.env, stdout=subprocess.PIPE,
            stderr=subprocess.PIPE, text=True)
        self.changes = []
        threading.Thread(target=self.read, daemon=True).start()

    def read(self):
        for line in self.process.stdout:
            self.changes.append(json.loads(line))

    def heard(self, text, within):
        return wait_until(
            lambda: any(change.get("status_msg") == text for change in list(self.changes)), within, pause=0.005)


def main(binary, rounds):
    generator = random.Random(2014)
    with tempfile.TemporaryDirectory() as folder:
        world = World(binary, folder)
        world.run("set", "online", "first", "--as", "carol")
        names = ["ann", "bob", "dora"]
        for name in names:
            world.run("invite", "carol", "--as", name)
            world.run("accept", name, "--as", "carol")
        followers = [world.follow(name) for name in names]
        worst = 0.0
        try:
            claims.expect(wait_until(lambda: len(world.holders()) == 1, 10), "one process has the database")
            time.sleep(0.5)
            watch = Watch(world)
            for number in range(rounds):
                before = f"before {number}"
                world.run("set", "online", before, "--as", "carol")
                for follower in followers:
                    claims.expect(follower.heard(before, 5), f"{follower.name} hears '{before}'")
                time.sleep(generator.uniform(0, 0.2))
                owner = world.holders()[0]
                began = now()
                os.kill(owner, signal.SIGTERM if number % 3 == 2 else signal.SIGKILL)
                text = f"after {number}"
                world.run("set", "online", text, "--as", "carol")
                others = [follower for follower in followers if follower.process.pid != owner]
                for follower in others:
                    claims.expect(follower.heard(text, began + PATIENCE - now()),
                                  f"{follower.name} hears '{text}' within {PATIENCE} s")
                worst = max(worst, now() - began)
                status = json.loads(world.run("status", "--json", "--as", "carol"))
                claims.expect(status["status_msg"] == text, f"the acknowledged text '{text}' is kept")
                for index, follower in enumerate(followers):
                    if follower.process.pid == owner:
                        ended = follower.process.wait(5)
                        if number % 3 == 2:
                            claims.expect(ended == 0, f"SIGTERM ends follow with 0, not {ended}")
                        followers[index] = world.follow(follower.name)
                time.sleep(0.3)
            watch.end()
        finally:
            for follower in followers:
                follower.process.kill()
        print(f"{rounds} owners ended, longest silence {worst:.2f} s (limit {PATIENCE}), "
              f"at most one process with the database in {watch.looks} looks")
        claims.end()


class Watch:
    """Looks all the time whether two processes have the database open."""

    def __init__(self, world):
        self.world, self.looks, self.worst, self.is_over = world, 0, [], False
        self.thread = threading.Thread(target=self.look, daemon=True)
        self.thread.start()

    def look(self):
        while not self.is_over:
            holders = self.world.holders()
            self.looks += 1
            # One pass over /proc is not one instant: a pair counts only if it is seen twice in a row.
            if len(holders) > 1 and len(set(holders) & set(self.world.holders())) > 1:
                self.worst = holders
            time.sleep(0.02)

    def end(self):
        self.is_over = True
        self.thread.join()
        claims.expect(not self.worst, f"never two processes have the database: {self.worst}")


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]) if len(sys.argv) > 2 else 9)
