"""What the tests of the real binary share: a served homeserver that can be killed, and requests to it."""

import http.client
import json
import re
import select
import subprocess
import time
import urllib.parse

CLIENT = "/_matrix/client/v3"
UNSTABLE = "/_matrix/client/unstable/chat.porchlight"


class Served:
    """A server process on a database, and where it listens."""

    running = []

    @classmethod
    def end_all(cls):
        """Ends what a failed test left behind."""
        for server in list(cls.running):
            server.kill()

    def __init__(self, binary, database, *options, preexec=None, patience=10):
        command = [
            binary, "serve", "--server-name", "harbor.example", "--listen", "127.0.0.1:0", "--database", database,
            "--registration", "open", "--no-rate-limits", "--auto-accept", "never", "--log-level", "error", *options,
        ]
        self.process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, preexec_fn=preexec)
        Served.running.append(self)
        self.patience = patience
        self.port = None

    def listening(self):
        """Waits for the line that says where it listens."""
        ready, _, _ = select.select([self.process.stdout], [], [], self.patience)
        line = self.process.stdout.readline().decode() if ready else ""
        found = re.match(r"Listening on http://127\.0\.0\.1:(\d+)", line)
        if not found:
            self.process.kill()
            said = self.process.stderr.read().decode()
            Served.end_all()
            raise SystemExit(f"the server does not listen: {line!r} {said!r}")
        self.port = int(found.group(1))
        return self

    def kill(self):
        Served.running.remove(self)
        self.process.kill()
        self.process.wait()
        self.process.stdout.close()
        self.process.stderr.close()

    def connect(self):
        return Connection(self.port)


class Connection:
    """A kept connection; whatever fails on it is an OSError or an HTTPException."""

    def __init__(self, port):
        self.http = http.client.HTTPConnection("127.0.0.1", port, timeout=20)

    def ask(self, method, path, token=None, body=None):
        headers = {"Authorization": "Bearer " + token} if token else {}
        data = None if body is None else json.dumps(body).encode()
        self.http.request(method, path, data, headers)
        answer = self.http.getresponse()
        content = answer.read()
        return answer.status, json.loads(content) if content else {}

    def register(self, name):
        return self.ask("POST", CLIENT + "/register", None, {"username": name, "auth": {"type": "m.login.dummy"}})

    def close(self):
        self.http.close()


def quoted(text):
    return urllib.parse.quote(text, safe="")


def now():
    return time.monotonic()
