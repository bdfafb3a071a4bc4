"""Homeservers that meet others over TLS, and users of theirs, for the tests of federation."""

import http.client
import json
import os
import ssl
import subprocess
import threading
import time

from porchlight_ci import CLIENT, UNSTABLE, Connection, Server, quoted

# The certificate of each: the well-known document leads to another name.
PROOFS = {"wk.test": "node.wk.test", "srv.test": "srv.test", "map.test": "map.test"}


class Homeserver(Server):
    """One homeserver, whose port changes with each start."""

    def __init__(self, binary, name, folder, authority, network):
        self.binary, self.name, self.folder, self.network = binary, name, folder, network
        certificate, key = authority.issue(PROOFS[name])
        self.trust = ssl.create_default_context(cafile=authority.certificate)
        view = self.network.views[name]
        options = [
            "--listen", "127.0.0.1:0", "--unix", self.path(".socket"), "--database", self.path(".sqlite"),
            "--signing-key", self.path(".key"), "--tls-certificate", certificate, "--tls-key", key, "--ca-file",
            authority.certificate, "--resolver", f"127.0.0.1:{view.dns}", "--registration", "open", "--no-rate-limits",
            "--auto-accept", "never", "--batch-window", "10s", "--log-level", "error", "--allow-private-peers",
        ]
        if name != "map.test":
            options += ["--peer", f"map.test=https://map.test:{view.ways['map.test'].port}"]
        super().__init__(binary, *options, name=name, log=self.path(".log"))

    def path(self, suffix):
        return os.path.join(self.folder, self.name + suffix)

    def start(self):
        super().start().listening()
        self.network.place(self.name, self.port)

    def ask(self, method, path, token=None, body=None):
        """A client's request, by the name in the certificate."""
        if self.port is None:
            raise OSError("the server is down")
        connection = Connection(self.port, PROOFS[self.name], self.trust, timeout=40)
        try:
            return connection.ask(method, path, token, body)
        finally:
            connection.close()

    def peers(self):
        """What `porchlight doctor peers` says."""
        done = subprocess.run(
            [self.binary, "doctor", "peers", "--unix", self.path(".socket"), "--json"], capture_output=True, timeout=20)
        return json.loads(done.stdout) if done.stdout else {}


class Person:
    """A user with a client, which polls once `connect` is called, and what it was shown."""

    def __init__(self, server, name):
        self.server, self.user = server, f"@{name}:{server.name}"
        status, answer = server.ask(
            "POST", CLIENT + "/register", None, {"username": name, "auth": {"type": "m.login.dummy"}})
        if status != 200:
            raise SystemExit(f"register {self.user}: {status} {answer}")
        self.token = answer["access_token"]
        self.shown = {}
        self.running = False

    def do(self, method, path, body=None):
        status, answer = self.server.ask(method, path, self.token, body)
        if status != 200 or answer.get("failed"):
            raise SystemExit(f"{self.user}: {method} {path} {body}: {status} {answer}")
        return answer

    def lists(self, **body):
        return self.do("POST", UNSTABLE + "/presence/list", {key: [who.user] for key, who in body.items()})

    def lists_now(self):
        return self.do("GET", UNSTABLE + "/presence/list")

    def is_asked_by(self, other):
        return any(invite["observer"] == other.user for invite in self.lists_now()["invites"])

    def allows(self, other):
        return other.user in self.lists_now()["observers"]

    def entry(self, other):
        found = [entry["state"] for entry in self.lists_now()["list"] if entry["user_id"] == other.user]
        return found[0] if found else None

    def set(self, state, text):
        self.do("PUT", f"{CLIENT}/presence/{quoted(self.user)}/status", {"presence": state, "status_msg": text})

    # The client

    def connect(self):
        self.running = True
        threading.Thread(target=self.poll, daemon=True).start()
        return self

    def poll(self):
        since = None
        while self.running:
            path = CLIENT + "/sync?timeout=20000&set_presence=online" + (f"&since={quoted(since)}" if since else "")
            try:
                status, answer = self.server.ask("GET", path, self.token)
            except (OSError, http.client.HTTPException, ValueError):
                time.sleep(0.2)
                continue
            if status != 200:
                time.sleep(0.2)
                continue
            since = answer["next_batch"]
            for event in answer.get("presence", {}).get("events", []):
                if event["type"] == "m.presence":
                    self.shown[event["sender"]] = event["content"]

    def sees(self, other):
        """State and text of another user, as the stream has told."""
        content = self.shown.get(other.user, {})
        return content.get("chat.porchlight.presence", content.get("presence")), content.get("status_msg")

    def sees_as(self, other, state, text=None):
        found = self.sees(other)
        return True if found[0] == state and (text is None or found[1] == text) else found
