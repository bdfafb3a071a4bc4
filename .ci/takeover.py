#!/usr/bin/env python3
"""The offline homeserver passes from process to process.

usage: takeover.py BINARY [ROUNDS]

Several processes of one user share one database. Whichever has it is killed (kill -9, every third time SIGTERM), at a
random instant, while others follow and write. Within 2 s somebody else has it, followers go on, everything that was
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

PATIENCE = 2.0


class World:
    def __init__(self, binary, folder):
        self.binary = binary
        self.database = str(pathlib.Path(folder) / "porchlight/offline/porchlight.sqlite")
        self.env = {**os.environ, "XDG_DATA_HOME": folder, "HOME": folder}

    def run(self, *words, status=0):
        done = subprocess.run([self.binary, *words], env=self.env, capture_output=True, text=True, timeout=30)
        if done.returncode != status:
            fail(f"`porchlight {' '.join(words)}` ended with {done.returncode}: {done.stderr.strip()}")
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
            self.changes.append((time.monotonic(), json.loads(line)))

    def heard(self, text, within):
        end = time.monotonic() + within
        while time.monotonic() < end:
            if any(change.get("status_msg") == text for _, change in list(self.changes)):
                return True
            time.sleep(0.005)
        return False


def fail(why):
    raise SystemExit(f"takeover: {why}")


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
            wait_for(lambda: len(world.holders()) == 1, "somebody has the database")
            time.sleep(0.5)
            watch = Watch(world)
            for number in range(rounds):
                before = f"before {number}"
                world.run("set", "online", before, "--as", "carol")
                for follower in followers:
                    if not follower.heard(before, 5):
                        fail(f"{follower.name} did not hear '{before}' in round {number}")
                time.sleep(generator.uniform(0, 0.2))
                owner = world.holders()[0]
                began = time.monotonic()
                os.kill(owner, signal.SIGTERM if number % 3 == 2 else signal.SIGKILL)
                text = f"after {number}"
                world.run("set", "online", text, "--as", "carol")
                others = [follower for follower in followers if follower.process.pid != owner]
                for follower in others:
                    if not follower.heard(text, began + PATIENCE - time.monotonic()):
                        fail(f"{follower.name} did not hear '{text}' within {PATIENCE} s of round {number}")
                worst = max(worst, time.monotonic() - began)
                if json.loads(world.run("status", "--json", "--as", "carol"))["status_msg"] != text:
                    fail(f"an acknowledged text was lost in round {number}")
                for index, follower in enumerate(followers):
                    if follower.process.pid == owner:
                        ended = follower.process.wait(5)
                        if number % 3 == 2 and ended != 0:
                            fail(f"SIGTERM ended follow with {ended}: {follower.process.stderr.read()}")
                        followers[index] = world.follow(follower.name)
                time.sleep(0.3)
            watch.end()
        finally:
            for follower in followers:
                follower.process.kill()
        print(f"takeover: {rounds} owners ended, longest silence {worst:.2f} s (limit {PATIENCE}), nothing lost, "
              f"at most one process with the database in {watch.looks} looks")


class Watch:
    """Looks all the time whether two processes have the database open."""

    def __init__(self, world):
        self.world, self.looks, self.worst, self.isOver = world, 0, [], False
        self.thread = threading.Thread(target=self.look, daemon=True)
        self.thread.start()

    def look(self):
        while not self.isOver:
            holders = self.world.holders()
            self.looks += 1
            # One pass over /proc is not one instant: a pair counts only if it is seen twice in a row.
            if len(holders) > 1 and len(set(holders) & set(self.world.holders())) > 1:
                self.worst = holders
            time.sleep(0.02)

    def end(self):
        self.isOver = True
        self.thread.join()
        if self.worst:
            fail(f"processes {self.worst} had the database open at once")


def wait_for(holds, what):
    end = time.monotonic() + 10
    while not holds():
        if time.monotonic() > end:
            fail(f"did not come to be: {what}")
        time.sleep(0.02)


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]) if len(sys.argv) > 2 else 9)
