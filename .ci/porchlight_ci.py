"""What the tests of the real program share: claims, waiting, homeservers, requests, and a screen in tmux."""

import http.client
import json
import os
import re
import select
import signal
import socket
import subprocess
import sys
import tempfile
import time
import urllib.parse

CLIENT = "/_matrix/client/v3"
UNSTABLE = "/_matrix/client/unstable/chat.porchlight"


def now():
    return time.monotonic()


def quoted(text):
    return urllib.parse.quote(text, safe="")


def wait_until(holds, seconds, pause=0.05):
    """Asks until the answer is true; returns the last one, true or not."""
    end = now() + seconds
    while True:
        answer = holds()
        if answer or now() >= end:
            return answer
        time.sleep(pause)


class Claims:
    """Counts what was claimed and prints what does not hold; where it is `shown`, what holds too.

    Where it is `fatal`, the first that does not hold ends the process with 1."""

    def __init__(self, name, shown=True, fatal=False):
        self.name, self.shown, self.fatal = name, shown, fatal
        self.count, self.failures = 0, []
        self.begun = now()

    def expect(self, holds, claim, seen=""):
        """Returns whether it holds; `seen` is printed where it does not."""
        self.count += 1
        if not holds and self.fatal:
            raise SystemExit(f"{self.name}: does not hold: {claim} {seen}".rstrip())
        if not holds:
            self.failures.append(claim)
        if self.shown or not holds:
            shown = f"\n{seen}" if seen and not holds else ""
            print(f"{'ok    ' if holds else 'bad   '}{claim}{shown}", flush=True)
        return holds

    def end(self):
        """Prints one line of all, and ends the process with 1 where something does not hold."""
        took = f"{now() - self.begun:.0f} s"
        if self.failures:
            sys.exit(f"{self.name}: {len(self.failures)} of {self.count} claims do not hold, {took}")
        print(f"{self.name}: {self.count} claims hold, {took}")


class Server:
    """A `porchlight serve`, which may be killed and started again."""

    running = []

    @classmethod
    def end_all(cls):
        """Ends what a failed test left behind."""
        for server in list(cls.running):
            server.kill()

    def __init__(self, binary, *options, name="harbor.example", preexec=None, log=None, patience=20):
        self.command = [binary, "serve", "--server-name", name, *options]
        self.name, self.preexec, self.log, self.patience = name, preexec, log, patience
        self.start()

    def start(self):
        # No pipe: nobody reads it, and a full one would stop the server.
        self.errors = open(self.log, "a+b") if self.log else tempfile.TemporaryFile()
        self.process = subprocess.Popen(
            self.command, stdout=subprocess.PIPE, stderr=self.errors, preexec_fn=self.preexec)
        Server.running.append(self)
        self.base = self.port = None
        return self

    def listening(self):
        """Waits for the line that says where it listens: `base` is the first address there, `port` its port."""
        ready, _, _ = select.select([self.process.stdout], [], [], self.patience)
        self.said = self.process.stdout.readline().decode() if ready else ""
        found = re.match(r"Listening on (\S+)", self.said)
        if not found:
            self.process.kill()
            errors = self.complaints()
            Server.end_all()
            raise SystemExit(f"{self.name} does not listen: {self.said!r} {errors[-2000:]}")
        self.base = found.group(1)
        port = re.match(r"https?://.*:(\d+)", self.base)
        self.port = int(port.group(1)) if port else None
        return self

    def complaints(self):
        """What it wrote to standard error so far. Read without moving: the server writes at the same position."""
        return os.pread(self.errors.fileno(), 1 << 24, 0).decode(errors="replace")

    def end(self, how=signal.SIGTERM):
        """Ends it, by a request or by force; returns its exit status."""
        self.process.send_signal(how)
        # Where it does not end, `end_all` still knows it.
        status = self.process.wait(self.patience)
        Server.running.remove(self)
        self.port = None
        for file in (self.process.stdout, self.errors):
            file.close()
        return status

    def kill(self):
        return self.end(signal.SIGKILL)

    def connect(self):
        return Connection(self.port)


class Served(Server):
    """A server on a database, open to all, that accepts nothing by itself and limits nobody."""

    def __init__(self, binary, database, *options, preexec=None):
        super().__init__(
            binary, "--listen", "127.0.0.1:0", "--database", database, "--registration", "open", "--no-rate-limits",
            "--auto-accept", "never", "--log-level", "error", *options, preexec=preexec)


class Connection:
    """A kept connection; whatever fails on it is an OSError or an HTTPException."""

    def __init__(self, port, host="127.0.0.1", trust=None, timeout=20):
        """With `trust`, a TLS context, the certificate has to be for `host`; the connection goes to 127.0.0.1 all the same."""
        if trust is None:
            self.http = http.client.HTTPConnection(host, port, timeout=timeout)
        else:
            self.http = http.client.HTTPSConnection(host, port, timeout=timeout, context=trust)
        self.http._create_connection = lambda address, *rest: socket.create_connection(("127.0.0.1", address[1]), *rest)

    def ask(self, method, path, token=None, body=None):
        headers = {"Authorization": "Bearer " + token} if token else {}
        data = None if body is None else json.dumps(body).encode()
        self.http.request(method, path, data, headers)
        answer = self.http.getresponse()
        content = answer.read()
        return answer.status, json.loads(content) if content else {}

    def register(self, name, **more):
        return self.ask("POST", CLIENT + "/register", None, {"username": name, "auth": {"type": "m.login.dummy"}, **more})

    def close(self):
        self.http.close()


class Screen:
    """A user at a terminal: a tmux server of its own with a shell in it, which runs one command."""

    patience = 20.0
    count = 0

    def __init__(self, claims, command, columns=80, rows=24):
        Screen.count += 1
        self.claims = claims
        self.socket = "porchlight-%d-%d" % (os.getpid(), Screen.count)
        self.tmux("new-session", "-d", "-s", "demo", "-x", str(columns), "-y", str(rows),
                  "env LC_ALL=C.UTF-8 PS1='$ ' sh")
        # What is typed before the shell prompts appears without a prompt, and the prompt below it, where it would be
        # taken for the one that comes back when the program ends.
        self.wait("the shell prompts", lambda picture: picture.startswith("$"))
        self.keys(command, "Enter")

    def tmux(self, *arguments):
        return subprocess.run(["tmux", "-L", self.socket, "-f", "/dev/null"] + list(arguments), check=True,
                              stdout=subprocess.PIPE).stdout.decode()

    def keys(self, *keys):
        self.tmux("send-keys", "-t", "demo", *keys)

    def escape(self):
        """The key alone: with another one within 180 ms it would be Alt and that key."""
        self.keys("Escape")
        time.sleep(0.3)

    def bytes(self, bytes):
        """Bytes as a terminal sends them, in one piece."""
        self.keys("-H", *("%02x" % byte for byte in bytes))

    def text(self, text):
        self.tmux("send-keys", "-t", "demo", "-l", text)

    def look(self):
        return self.tmux("capture-pane", "-p", "-t", "demo")

    def resize(self, columns, rows):
        self.tmux("resize-window", "-t", "demo", "-x", str(columns), "-y", str(rows))

    def end(self):
        subprocess.run(["tmux", "-L", self.socket, "kill-server"], stderr=subprocess.DEVNULL)

    def ends(self, claim, statuses):
        """The program is gone, the shell has the terminal back, and the exit status is one of these."""
        # Older prompts may be further up.
        if not self.shows(claim + ": the shell is back", r"(?:\A|\n)\$\s*\Z"):
            return
        self.keys("echo ended with $?", "Enter")
        self.shows(claim, r"(?m)^(\$ )?ended with (%s)$" % statuses)

    def wait(self, claim, test, patience=None):
        """Waits until `test` holds for the screen; returns whether it did."""
        pictures = [""]

        def holds():
            pictures[0] = self.look()
            return bool(test(pictures[0]))
        return self.claims.expect(wait_until(holds, patience or self.patience), claim, pictures[0])

    def shows(self, claim, pattern, patience=None):
        return self.wait(claim, lambda picture: re.search(pattern, picture), patience)

    def lacks(self, claim, pattern):
        return self.wait(claim, lambda picture: not re.search(pattern, picture))

    def title(self, claim, pattern):
        return self.wait(claim, lambda picture: re.search(pattern, picture.split("\n")[0]))
