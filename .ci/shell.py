#!/usr/bin/env python3
"""The commands of a shell: what they print where, and what they end with.

usage: shell.py BINARY

Against the offline homeserver, against `serve`, and against servers that refuse. Data goes to standard output, errors
to standard error as one line, and the exit status is 0, 1 (nobody, or refused), 2 (wrong use), 3 (not logged in),
4 (no answer), 5 (too often) or 6 (no presence lists).
"""

import datetime
import contextlib
import http.server
import json
import os
import pathlib
import pty
import re
import select
import signal
import socket
import ssl
import subprocess
import sys
import tempfile
import termios
import threading
import time

from porchlight_ci import CLIENT, Claims, Server, now, quoted, wait_until

HOSTILE = "\x1b]0;owned\x07\u202ename\u009b31m\nsecond line"
claims = Claims("the commands of a shell", shown=False)
expect = claims.expect


class Shell:
    def __init__(self, binary, folder, *server):
        self.binary, self.server = binary, list(server)
        self.env = {**os.environ, "XDG_DATA_HOME": str(folder), "HOME": str(folder), "USER": "ann"}

    def run(self, *words, status=0, names=True):
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


def offline(binary, folder):
    ann = Shell(binary, folder)
    bob = Shell(binary, folder, "--as", "bob")
    expect(ann.run("status").startswith("online"), "a new person is online by choice")
    ann.run("set", "busy", "in the attic")
    status = ann.json("status")
    expect((status["choice"], status["status_msg"]) == ("busy", "in the attic"), f"status is {status}")
    ann.run("set", "away")
    expect(ann.json("status")["status_msg"] == "in the attic", "a text stays where none is given")
    ann.run("set", "online", "")
    expect("status_msg" not in ann.json("status"), "'' clears the text")
    for state in ("invisible", "away", "free-for-chat", "online"):
        ann.run("set", state)
        expect(ann.json("status")["choice"] == state, f"set {state} is called {ann.json('status')['choice']}")
        expect(ann.run("status").startswith(state), f"set {state} is called {ann.run('status')}")
    expect("your profile stays public" in ann.remark("set", "invisible"), "a user who hides is told what stays public")
    expect(ann.remark("set", "online") == "", "nothing is said to a user who does not hide")
    ann.run("set", "sleeping", status=2)
    ann.run("set", "online", "x" * 1025, status=2)
    ann.run("set", "online", "x" * 1024)
    expect(len(ann.json("status")["status_msg"]) == 1024, "a text of 1,024 bytes is taken")
    ann.run("set", "online", "")

    ann.run("name", "Ann B.")
    expect(ann.json("status")["displayname"] == "Ann B.", "status --json has the name")
    expect(ann.run("status").splitlines()[1:] == ["Ann B.  @ann:localhost"], "status shows the name")
    ann.run("name", " \u200b", status=2)
    ann.run("name", "")
    expect("displayname" not in ann.json("status"), "'' takes the name away")
    ann.run("nonsense", status=2)

    expect(ann.run("who", status=1) == "", "the list is empty")
    expect(ann.json("invites", status=1) == [], "there are no invites")
    ann.run("invite", "bob")
    expect(ann.json("who")[0]["state"] == "invited" and ann.run("who").startswith("invited "), "an invite waits")
    # bob has no account yet: his first command makes him, and finds what waits for him.
    bob.run("set", "online", "tea")
    expect([invite["observer"] for invite in bob.json("invites")] == ["@ann:localhost"], "what waits is found")
    ann.run("remove", "bob")
    ann.run("remove", "bob", status=1)
    cem = Shell(binary, folder, "--as", "cem")
    cem.run("set", "online", "coffee")
    ann.run("invite", "@cem:localhost")
    expect(cem.json("invites")[0]["observer"] == "@ann:localhost", "the invite arrives")
    expect("@ann:localhost" in cem.run("invites"), "and is shown")
    cem.run("accept", "bob", status=1)
    cem.run("accept", "ann", "--ask-back")
    # Ann asked first, so her yes goes without saying.
    expect([entry["user_id"] for entry in cem.json("who")] == ["@ann:localhost"], "accept --ask-back asks back")
    cem.run("remove", "ann")
    entry = ann.json("who")[0]
    expect((entry["user_id"], entry["state"], entry["status_msg"]) == ("@cem:localhost", "accepted", "coffee"),
           f"after the yes: {entry}")
    expect("coffee" in ann.run("who"), "who shows the text")
    ann.run("invite", "ann", status=1)
    for slip in ("@", "", " ", "bob@porch.example", "@:porch.example", "@b b:localhost", "bob:localhost", "@b\x1b:x"):
        ann.run("invite", slip, status=2)
    ann.run("invite", "@far:porch.example", status=1)
    bob.run("invite", "cem")
    cem.run("deny", "bob")
    expect(bob.run("who", status=1) == "", "a no takes the entry away")

    # No process stays: each of these may find the database just closing, and none may notice.
    crowd = [subprocess.Popen([binary, "set", "online", f"text {number}"], env=ann.env, stderr=subprocess.PIPE)
             for number in range(20)]
    ends = [(member.wait(30), member.stderr.read().decode()) for member in crowd]
    expect(all(status == 0 for status, _ in ends), f"twenty at once ended with {ends}")
    expect(ann.json("status")["status_msg"].startswith("text "), "one of twenty was last")

    # One vocabulary, in the table and in JSON.
    seen = {}
    for state, word in (("free-for-chat", "free-for-chat"), ("away", "idle"), ("busy", "busy"), ("online", "online")):
        roster = cem.follow()
        cem.run("set", state)
        report = ann.json("who")[0]["presence"]
        seen[state] = (report, ann.run("who").split()[0])
        roster.terminate()
        roster.wait(10)
    expect(all(report == table for report, table in seen.values()), f"who and who --json name states apart: {seen}")

    follower = ann.follow()
    time.sleep(1)
    cem.run("set", "busy", HOSTILE)
    change = json.loads(follower.stdout.readline())
    expect((change["type"], change["user_id"], change["status_msg"]) == ("changed", "@cem:localhost", HOSTILE),
           f"follow said {change}")
    heard = datetime.datetime.fromisoformat(change["at"].replace("Z", "+00:00"))
    late = abs((datetime.datetime.now(datetime.timezone.utc) - heard).total_seconds())
    expect(re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z", change["at"]) and late < 10,
           f"a change was heard at {change['at']}")
    expect(change["before"].get("status_msg") == "coffee" and change["before"]["state"] == "accepted"
           and change["before"]["presence"] in ("online", "offline"), f"before it was {change['before']}")
    expect(cem.json("who", status=1) == [], "cem watches nobody")
    expect(ann.json("status")["presence"] == "offline", "following makes nobody online")
    ann.run("who")
    ann.run("who", "--json")
    head = subprocess.run(f"'{binary}' follow --initial | head -1", shell=True, env=ann.env, capture_output=True, timeout=20)
    expect(head.stdout.count(b"\n") == 1, f"follow --initial | head -1 printed {head.stdout}")
    closed = subprocess.run(f"'{binary}' who >&-", shell=True, env=ann.env, capture_output=True, timeout=20)
    expect(b"standard output cannot be written" in closed.stderr, f"with output closed: {closed.stderr}")
    follower.terminate()
    expect(follower.wait(10) == 0, f"SIGTERM ended follow with {follower.returncode}")
    expect(follower.stderr.read() == "", "follow ends without a word")


def logins(binary, folder, base):
    path = pathlib.Path(folder) / "token-dora"
    dora = Shell(binary, folder, "--homeserver", base, "--token-file", str(path))

    def login(*words, password="mellon", status=0):
        done = subprocess.run([binary, "login", "--as", "dora", *words, *dora.server], input=password,
                              capture_output=True, text=True, timeout=30)
        line = " ".join(["login", *words])
        expect(done.returncode == status, f"`{line}` ended with {done.returncode}, not {status}: {done.stderr.strip()}")
        expect(password not in done.stdout + done.stderr or not password, f"`{line}` repeats the password")
        expect((done.stdout == "Logged in as @dora:porch.example\n") == (status == 0), f"`{line}` said {done.stdout}")

    login(status=3)
    expect(not path.exists(), "a refused login leaves nothing behind")
    login("--register")
    expect(path.stat().st_mode & 0o777 == 0o600, "the token can be read by its user alone")
    first = path.read_text()
    expect(dora.json("status")["user_id"] == "@dora:porch.example", "the token is good")
    login("--register", status=1)
    login(password="wrong", status=3)
    login(password="", status=2)
    expect(path.read_text() == first, "a refused login leaves the token alone")
    login()
    expect(path.read_text() != first, "another login replaces it")
    dora.run("logout")
    expect(not path.exists(), "logout removes it")
    login("--ca-file", str(path), status=2)
    login()
    path.chmod(0o640)
    said = subprocess.run([binary, "who", *dora.server], capture_output=True, text=True, timeout=30)
    expect(said.returncode == 3 and "chmod 600" in said.stderr, f"a token others may read: {said.stderr}")
    path.write_text("two words\n")
    login(status=1)
    expect(path.read_text() == "two words\n", "nothing but a token is ever replaced")


def tokens(binary, folder):
    """A server that wants a token says so in words that name the option."""
    server = serve(binary, "gate.example", "--listen", "127.0.0.1:0", "--registration", "token", "--registration-token",
                   "open-sesame")
    command = [binary, "login", "--register", "--as", "eve", "--homeserver", server.base, "--token-file", f"{folder}/eve"]

    def register(*words):
        return subprocess.run([*command, *words], input="mellon", capture_output=True, text=True, timeout=30)
    done = register()
    expect(done.returncode == 1 and "--registration-token" in done.stderr and done.stderr.count("\n") == 1,
           f"--register against a token server: {done.stderr}")
    done = register("--registration-token", "wrong")
    expect(done.returncode in (1, 3) and "stage" not in done.stderr, f"a wrong registration token: {done.stderr}")
    done = register("--registration-token", "open-sesame")
    expect(done.returncode == 0, f"the right registration token: {done.stderr}")
    server.end()


class Screen:
    """A program at a pseudo terminal, and what it has shown."""

    def __init__(self, words, env):
        self.pid, self.side = pty.fork()
        if self.pid == 0:
            os.execvpe(words[0], words, env)
        self.shown = ""

    def wait(self, pattern, seconds=15):
        """What is shown up to the pattern, which then counts as read."""
        end = now() + seconds
        while True:
            found = re.search(pattern, self.shown)
            if found:
                before, self.shown = self.shown[:found.end()], self.shown[found.end():]
                return before
            ready, _, _ = select.select([self.side], [], [], max(0, end - now()))
            try:
                data = os.read(self.side, 65536) if ready else b""
            except OSError:
                data = b""
            if not data:
                return None
            self.shown += data.decode(errors="replace")

    def type(self, text):
        os.write(self.side, text.encode())

    def echoes(self):
        return bool(termios.tcgetattr(self.side)[3] & termios.ECHO)

    def end(self):
        os.close(self.side)
        try:
            os.kill(self.pid, signal.SIGKILL)
        except ProcessLookupError:
            pass
        os.waitpid(self.pid, 0)


def settled(holds):
    """Whether it holds within a few seconds."""
    return wait_until(holds, 5)


def suspended(binary, folder, base, shell, number):
    """The password prompt, stopped and brought back by a shell: at both questions nothing typed is shown."""
    what = f"{shell}, {number.name}"
    env = {"PATH": os.environ["PATH"], "HOME": str(folder), "TERM": "dumb", "PS1": "PROMPT> ", "ENV": "", "LANG": "C.UTF-8"}
    screen = Screen([shell, *(["--norc", "--noprofile"] if shell == "bash" else []), "-i"], env)
    name = f"{shell}{number.value}"
    try:
        screen.wait("PROMPT> ")
        screen.type(f"'{binary}' login --register --as {name} --homeserver {base} --token-file {folder}/{name}\n")
        for question in ("Password: ", "The same again: "):
            expect(screen.wait(question) is not None, f"{what}: no '{question}'")
            expect(settled(lambda: not screen.echoes()), f"{what}: '{question}' shows what is typed")
            if number == signal.SIGTSTP:
                screen.type("half\x1a")
            else:
                job = int(subprocess.run(["pgrep", "-f", f"login --register --as {name}"], capture_output=True).stdout.split()[0])
                os.kill(job, number)
            expect(screen.wait("PROMPT> ") is not None, f"{what}: the shell does not come back")
            # bash shows what is typed by itself. Nobody can do anything at SIGSTOP.
            if number == signal.SIGTSTP and shell == "dash":
                expect(settled(screen.echoes), f"{what}: the stopped shell shows nothing")
            screen.type("fg\n")
            expect(screen.wait(question) is not None, f"{what}: '{question}' is not put again")
            expect(settled(lambda: not screen.echoes()), f"{what}: back at '{question}', what is typed is shown")
            screen.type("mellon-secret\n")
        said = screen.wait("PROMPT> ", 30)
        expect(said is not None and f"Logged in as @{name}:" in said, f"{what}: login said {said!r}")
        expect("secret" not in (said or "") and "half" not in (said or ""), f"{what}: the password was shown: {said!r}")
        expect(shell == "bash" or settled(screen.echoes), f"{what}: the terminal is not given back")
    finally:
        screen.end()


def at_a_terminal(binary, folder):
    """Nobody on the list is said to a person, who sees nothing otherwise."""
    for command, words in (("who", "nobody is on your list"), ("invites", "nobody asks to see you")):
        screen = Screen([binary, command, "--as", "zoe"], {**os.environ, "XDG_DATA_HOME": str(folder), "HOME": str(folder)})
        expect(screen.wait(words) is not None, f"{command} with nobody says nothing at a terminal")
        screen.end()


PEERS = """\
blue.test: silent, last heard 82 s ago
  we watch    @bea:blue.test  for @ann:red.test
  waiting     2
  failed      5 times in 71 s (connection refused[31m), again in 17 s
  sent        1 change, 4 retries
far.test: heard 3 s ago
  they watch  @ann:red.test, @rob:red.test
  next word   in 51 s if nothing is heard, in 57 min in any case
  sent        1 subscription
  speaks      standard Matrix only: it is told of changes, and cannot be asked
"""


def certificate(folder, name, hosts):
    """A certificate that vouches for itself, over the one before."""
    subprocess.run(
        ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-days", "2",
         "-subj", f"/CN={name}", "-addext", f"subjectAltName={hosts}", "-keyout", f"{folder}/tls.key", "-out",
         f"{folder}/tls.pem"], check=True, capture_output=True)


def served_certificate(port):
    """The certificate that a new connection is shown."""
    context = ssl.create_default_context()
    context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    with socket.create_connection(("127.0.0.1", port), timeout=10) as way:
        with context.wrap_socket(way) as secured:
            return secured.getpeercert(binary_form=True)


def tunnel(listener, port, asked):
    """A proxy that leads every CONNECT to one port of this machine, and keeps what it was asked."""
    def pump(source, target):
        with contextlib.suppress(ConnectionError):
            while data := source.recv(65536):
                target.sendall(data)
    while True:
        try:
            way, _ = listener.accept()
        except OSError:
            return
        head = b""
        while b"\r\n\r\n" not in head:
            head += way.recv(65536)
        asked.append(head.decode().split("\r\n")[0])
        there = socket.create_connection(("127.0.0.1", port))
        way.sendall(b"HTTP/1.1 200 OK\r\n\r\n")
        for ends in ((way, there), (there, way)):
            threading.Thread(target=pump, args=ends, daemon=True).start()


def encrypted(binary, folder):
    """A server with TLS: SIGHUP reads the certificate anew, and clients get there by a proxy."""
    certificate(folder, "one", "DNS:porchlight.invalid,IP:127.0.0.1")
    server = serve(binary, "tls.example", "--listen", "127.0.0.1:0", "--registration", "open", "--tls-certificate",
                   f"{folder}/tls.pem", "--tls-key", f"{folder}/tls.key")
    base, port = server.base, server.port
    token = f"{folder}/token-tls"

    def login(url, *words, **variables):
        # A name of its own each time, for an account is made once.
        login.count += 1
        return subprocess.run(
            [binary, "login", "--register", "--as", f"t{login.count}", "--homeserver", url, "--token-file", token, *words],
            input="mellon", capture_output=True, text=True, timeout=30, env={**os.environ, **variables})
    login.count = 0
    done = login(base)
    expect(done.returncode == 4 and "not trusted" in done.stderr, f"a certificate of nobody's: {done.stderr}")
    done = login(base, "--ca-file", f"{folder}/tls.pem")
    expect(done.returncode == 0, f"login --ca-file: {done.stderr}")
    done = login(base, SSL_CERT_FILE=f"{folder}/tls.pem")
    expect(done.returncode == 0, f"SSL_CERT_FILE: {done.stderr}")
    who = [binary, "who", "--homeserver", base, "--token-file", token, "--ca-file", f"{folder}/tls.pem"]
    expect(subprocess.run(who, capture_output=True).returncode == 1, "who --ca-file finds nobody, at a server it trusts")
    for variable in ("SSL_CERT_FILE", "HTTPS_PROXY"):
        done = login("https://porchlight.invalid", **{variable: "/nowhere:x"})
        expect(done.returncode == 2 and variable in done.stderr, f"{variable} that cannot be used: {done.stderr}")

    asked = []
    with socket.create_server(("127.0.0.1", 0)) as listener:
        threading.Thread(target=tunnel, args=(listener, port, asked), daemon=True).start()
        proxy = {"HTTPS_PROXY": f"http://127.0.0.1:{listener.getsockname()[1]}", "SSL_CERT_FILE": f"{folder}/tls.pem"}
        done = login("https://porchlight.invalid:8448", **proxy)
        expect(done.returncode == 0 and asked and asked[0].startswith("CONNECT porchlight.invalid:8448 "),
               f"by the proxy: {done.stderr}{asked}")
        asked.clear()
        done = login("https://porchlight.invalid:8448", NO_PROXY="invalid", **proxy)
        expect(done.returncode == 4 and not asked, f"NO_PROXY: {done.stderr}{asked}")
        done = login(base, **proxy)
        expect(done.returncode == 0 and not asked, f"this machine needs no proxy: {done.stderr}{asked}")
    done = login("https://porchlight.invalid:8448", **{**proxy, "HTTPS_PROXY": "http://127.0.0.1:1"})
    expect(done.returncode == 4 and "by the proxy 127.0.0.1:1" in done.stderr, f"no proxy there: {done.stderr}")

    first = served_certificate(port)
    certificate(folder, "two", "IP:127.0.0.1")
    expect(served_certificate(port) == first, "a renewed certificate waits for a look at it")
    server.process.send_signal(signal.SIGHUP)
    expect(settled(lambda: served_certificate(port) != first), "SIGHUP does not reload the certificate")
    second = served_certificate(port)
    pathlib.Path(folder, "tls.pem").write_text("nonsense")
    server.process.send_signal(signal.SIGHUP)
    expect(settled(lambda: "tls.pem holds no certificate" in server.complaints()), "a bad certificate is not said")
    expect(server.process.poll() is None and served_certificate(port) == second, "a bad certificate ends the one before")
    expect(server.end() == 0, "SIGTERM ends serve with TLS with 0")


def answer(listener, body):
    """Answers one request with a report."""
    way, _ = listener.accept()
    with way:
        way.recv(65536)
        way.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n" % len(body) + body)


def peers(binary, folder):
    def doctor(path, status, words):
        done = subprocess.run([binary, "doctor", "peers", "--unix", path], capture_output=True, text=True, timeout=30)
        expect(done.returncode == status and words in done.stderr and done.stderr.count("\n") == 1,
               f"`doctor peers --unix {path}` ended with {done.returncode}: {done.stderr}")
        expect(done.stdout == "", f"`doctor peers` printed {done.stdout}")

    doctor(f"{folder}/porch.sock", 0, "none watches it")
    doctor(f"{folder}/none.sock", 4, "Nothing listens")
    doctor(binary, 2, "is no socket")
    doctor("/" + "x" * 200, 2, "107 bytes")
    report = {"peers": [
        {"server_name": "blue.test", "watched_by_us": {"@bea:blue.test": ["@ann:red.test"]}, "watched_by_them": [],
         "our_epoch": 1, "backlog": 2, "failures": 5, "retry_in_ms": 17500, "silent": True, "heard_ago_ms": 82000,
         "last_error": "connection refused\x1b[31m", "failing_for_ms": 71000, "sent": {"retry": 4, "push": 1}},
        {"server_name": "far.test", "watched_by_us": {}, "watched_by_them": ["@ann:red.test", "@rob:red.test"],
         "our_epoch": 1, "backlog": 0, "failures": 0, "silent": False, "heard_ago_ms": 3000, "sent": {"subscribe": 1},
         "short_timer_in_ms": 51000, "long_timer_in_ms": 3434000, "speaks_additions": False}]}
    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind(f"{folder}/fake.sock")
        listener.listen()
        threading.Thread(target=answer, args=(listener, json.dumps(report).encode()), daemon=True).start()
        done = subprocess.run([binary, "doctor", "peers", "--unix", f"{folder}/fake.sock"], capture_output=True,
                              text=True, timeout=30)
        expect(done.stdout == PEERS and done.stderr == "", f"doctor peers printed:\n{done.stdout}{done.stderr}")
    for words in (("--peer", "x"), ("--batch-window", "5s"), ("--no-federation", "--peer", "y.example=http://y")):
        error = subprocess.run([binary, "serve", "--server-name", "x.example", "--unix", f"{folder}/x.sock", *words],
                               capture_output=True, text=True, timeout=30)
        expect(error.returncode == 2 and error.stderr.startswith("porchlight: --"), f"{words}: {error.stderr}")
    server = serve(binary, "Alone.Example", "--unix", f"{folder}/alone.sock", "--no-federation")
    expect("for alone.example" in server.said, "names of servers have no capitals")
    doctor(f"{folder}/alone.sock", 0, "meets no others")
    server.end()


def remote(binary, folder):
    server = serve(binary, "porch.example", "--listen", "127.0.0.1:0", "--registration", "open", "--auto-accept", "always",
                   "--unix", f"{folder}/porch.sock")
    base, connection = server.base, server.connect()

    def register(name):
        token = connection.register(name)[1]["access_token"]
        path = pathlib.Path(folder) / f"token-{name}"
        path.write_text(token + "\n")
        path.chmod(0o600)
        return token, Shell(binary, folder, "--homeserver", base, "--token-file", str(path))

    (_, ann), (token, bob) = register("ann"), register("bob")
    bob.run("set", "busy", "on the line")
    ann.run("invite", "bob")
    expect(ann.json("who")[0]["status_msg"] == "on the line", "who over HTTP")
    connection.ask("PUT", f"{CLIENT}/profile/{quoted('@bob:porch.example')}/displayname", token, {"displayname": HOSTILE})
    connection.close()
    expect("ownedname" in ann.run("who"), "a hostile name is shown, and harmless")
    follower = ann.follow("--initial")
    first = json.loads(follower.stdout.readline())
    expect("user_id" in first, f"follow --initial began with {first}")
    follower.stdout.close()
    expect(follower.wait(10) == 0, f"follow ended with {follower.returncode} when nobody read it any more")
    cem = Shell(binary, folder, "--unix", f"{folder}/porch.sock", "--as", "cem")
    cem.run("set", "busy", "next door")
    expect(cem.json("status")["user_id"] == "@cem:porch.example", "--unix needs no password")
    server.process.send_signal(signal.SIGHUP)
    logins(binary, folder, base)
    expect(server.process.poll() is None, "SIGHUP does not end serve")
    tokens(binary, folder)
    encrypted(binary, folder)
    for shell in ("bash", "dash"):
        for number in (signal.SIGTSTP, signal.SIGSTOP):
            suspended(binary, folder, base, shell, number)
    at_a_terminal(binary, folder)
    peers(binary, folder)
    wrong = pathlib.Path(folder) / "wrong"
    wrong.write_text("nonsense")
    wrong.chmod(0o600)
    stranger = Shell(binary, folder, "--homeserver", base, "--token-file", str(wrong))
    stranger.run("who", status=3)
    Shell(binary, folder, "--homeserver", base, "--token-file", "/nowhere").run("who", status=3)
    Shell(binary, folder, "--homeserver", base).run("who", status=2)
    Shell(binary, folder, "--homeserver", "ftp://x", "--token-file", str(wrong)).run("who", status=2)
    expect(server.end() == 0, "SIGTERM ends serve with 0")
    Shell(binary, folder, "--homeserver", base, "--token-file", str(wrong)).run("who", status=4)

    class Refusing(http.server.BaseHTTPRequestHandler):
        answers = {}

        def do_GET(self):
            code, body = (200, {"user_id": "@ann:x"}) if self.path.endswith("/whoami") else self.server.answer
            data = json.dumps(body).encode()
            self.send_response(code)
            self.send_header("Content-Length", str(len(data)))
            self.end_headers()
            self.wfile.write(data)

        def log_message(self, *_):
            pass

    refusing = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Refusing)
    threading.Thread(target=refusing.serve_forever, daemon=True).start()
    shell = Shell(binary, folder, "--homeserver", f"http://127.0.0.1:{refusing.server_port}", "--token-file", str(wrong))
    for status, answer in (
            (6, (404, {"errcode": "M_UNRECOGNIZED", "error": "Unrecognized request"})),
            (5, (429, {"errcode": "M_LIMIT_EXCEEDED", "error": "Too many", "retry_after_ms": 9000})),
            (3, (401, {"errcode": "M_UNKNOWN_TOKEN", "error": "gone"})),
            (1, (400, {"errcode": "M_X", "error": HOSTILE})),
            (4, (502, "not json"))):
        refusing.answer = answer
        shell.run("who", status=status)
        if status in (1, 3, 6):
            expect(shell.follow().wait(15) == status, f"follow ends with {status} too")
    shell.run("set", "\x1b[31m", status=2)
    shell.run("remove", "@x\x1b[31m", status=2)
    with open("/dev/full", "w") as full:
        done = subprocess.run([binary, "--version"], stdout=full)
        done = subprocess.run([binary, "status"], env=shell.env, stdout=full, stderr=subprocess.PIPE, timeout=30)
        expect(done.returncode == 1 and done.stderr, "output that cannot be written is said")
    refusing.shutdown()


if __name__ == "__main__":
    program = os.path.abspath(sys.argv[1])
    with tempfile.TemporaryDirectory() as home:
        offline(program, home)
    try:
        with tempfile.TemporaryDirectory() as home:
            remote(program, home)
    finally:
        Server.end_all()
    claims.end()
