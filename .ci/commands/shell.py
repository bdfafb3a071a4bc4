"""A user at a shell, and what every command has to keep to: exit status, where it prints, and no unsafe character."""

import json
import os
import pty
import subprocess

from porchlight_ci import Claims, Server, wait_until

HOSTILE = "\x1b]0;owned\x07\u202ename\u009b31m\nsecond line"
claims = Claims("the commands of a shell", shown=False)
expect = claims.expect


class Shell:
    def __init__(self, binary, folder, *server):
        self.binary, self.server = binary, list(server)
        self.env = {**os.environ, "XDG_DATA_HOME": str(folder), "HOME": str(folder), "USER": "ann"}

    def run(self, *words, status=0):
        done = subprocess.run(
            [self.binary, *words, *self.server], env=self.env, capture_output=True, timeout=30)
        out, error = done.stdout.decode(), done.stderr.decode()
        line = " ".join(words)
        expect(done.returncode == status, f"`{line}` ended with {done.returncode}, not {status}: {error.strip()}")
        for text in (out, error):
            unsafe = [c for c in text if ord(c) < 32 and c != "\n" or 127 <= ord(c) < 160 or c == "\u202e"]
            expect(not unsafe, f"`{line}` printed {unsafe}")
        if status == 0:
            expect(error == "", f"`{line}` said on standard error: {error}")
        elif status != 1 or error:
            expect(error.count("\n") == 1 and error.startswith("porchlight: "),
                   f"`{line}` said on standard error: {error!r}")
        return out

    def remark(self, *words):
        """What is said on standard error to a person who reads standard output at a terminal."""
        main, side = pty.openpty()
        try:
            return subprocess.run(
                [self.binary, *words, *self.server], env=self.env, stdout=side, stderr=subprocess.PIPE, timeout=30,
                text=True).stderr
        finally:
            os.close(side)
            os.close(main)

    def json(self, *words, **options):
        return json.loads(self.run(*words, "--json", **options))

    def follow(self, *words):
        return subprocess.Popen(
            [self.binary, "follow", "--json", *words, *self.server], env=self.env, stdout=subprocess.PIPE,
            stderr=subprocess.PIPE, text=True)


def serve(binary, name, *options):
    return Server(binary, "--database", ":memory:", *options, name=name).listening()


def settled(holds):
    """Whether it holds within a few seconds."""
    return wait_until(holds, 5)
