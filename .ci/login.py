#!/usr/bin/env python3
"""Accounts: every way to log in, tokens that are renewed by many processes at once, and logging out.

usage: login.py BINARY

Against a small homeserver with an authorization server (RFC 8628, 7591, 7009), both on loopback. Nothing of a token or a
password is printed, no token follows a redirect, and what is kept is kept for its user alone.
"""

import concurrent.futures
import json
import os
import pathlib
import subprocess
import sys
import tempfile
import threading
import time

from commands.screen import Screen
from identity import Identity
from porchlight_ci import Claims, wait_until

claims = Claims("accounts", shown=False)
expect = claims.expect


class User:
    """A user at a shell, with a home of their own."""

    def __init__(self, binary, home):
        self.binary, self.home = binary, pathlib.Path(home)
        self.env = {"PATH": os.environ["PATH"], "HOME": home, "USER": "ann", "LANG": "C.UTF-8", "TERM": "xterm-256color"}
        self.secrets = ["mellon"]

    def run(self, *words, status=0, text="", says=""):
        done = subprocess.run(
            [self.binary, *words], env=self.env, input=text, capture_output=True, text=True, timeout=60)
        line = " ".join(words)
        expect(done.returncode == status, f"`{line}` ended with {done.returncode}, not {status}: {done.stderr.strip()}")
        expect(says in done.stdout + done.stderr, f"`{line}` does not say '{says}': {done.stdout} {done.stderr}")
        self.check(line, done.stdout + done.stderr)
        return done.stdout

    def check(self, line, said):
        for secret in self.secrets + Identity.secrets:
            expect(secret not in said, f"`{line}` prints a secret: {said}")

    @property
    def folder(self):
        return self.home / ".local/state/porchlight/accounts"

    def stored(self):
        """What the accounts' files hold, by user ID."""
        found = [json.loads(path.read_text()) for path in self.folder.glob("*.json")]
        return {account["account"]["user_id"]: account for account in found}

    def accounts(self):
        done = subprocess.run([self.binary, "accounts", "--json"], env=self.env, capture_output=True, text=True)
        return {account["user_id"]: account for account in json.loads(done.stdout)}

    def begin(self, *words):
        """A login that waits for a page, with what it says."""
        return subprocess.Popen([self.binary, "login", *words], env=self.env, stdin=subprocess.DEVNULL,
                                stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)


def passwords(user, server):
    ann = server.user("ann")
    user.run("login", ann, text="wrong", status=3)
    expect(not user.stored(), "a refused login leaves nothing behind")
    user.run("login", ann, text="mellon\n", says=f"Logged in as {ann}")
    expect(server.asked("GET", "/.well-known/matrix/client"), "the homeserver is discovered")
    expect((user.folder.stat().st_mode & 0o777) == 0o700, "the folder is its user's alone")
    for path in user.folder.iterdir():
        expect((path.stat().st_mode & 0o077) == 0, f"{path.name} is its user's alone")
    expect(ann in user.run("status"), "a command takes the default account")
    account = user.accounts()[ann]
    expect(account["default"] and account["method"] == "password", f"accounts tells of it: {account}")
    expect(account["homeserver"] == server.base, f"the homeserver is the one that was named: {account}")

    first = user.stored()[ann]["secrets"]["access_token"]
    user.run("login", ann, "--password-command", "echo mellon")
    stored = user.stored()[ann]
    expect(stored["secrets"]["access_token"] != first, "another login replaces the tokens")
    expect(stored["account"]["device_id"] == account["device_id"], "and goes on with the device")
    user.run("login", ann, "--password-command", "echo mellon; exit 7", status=1, says="ended with 7")
    user.run("login", ann, "--password-stdin", text="mellon\n")
    began = time.monotonic()
    user.run("login", ann, "--password-command", "yes mellon", status=1, says="says too much")
    expect(time.monotonic() - began < 30, "a command that goes on for ever is ended")
    user.run("login", "ann", status=2, says="--homeserver")
    user.run("login", "ann", "--homeserver", server.base, text="mellon")

    bea = server.user("bea")
    user.run("login", bea, text="mellon")
    expect(user.accounts()[ann]["default"], "the first stays the default")
    expect(bea in user.run("status", "--account", "bea"), "--account names another")
    user.run("accounts", "default", "bea")
    expect(bea in user.run("status"), "accounts default chooses")
    user.run("status", "--account", "zoe", status=3, says="no account 'zoe'")
    user.run("status", "--account", "bea", "--offline", status=2)
    user.run("logout")
    expect(list(user.accounts()) == [ann], "logout forgets the default account")
    expect(server.asked("POST", "/_matrix/client/v3/logout"), "and ends its session")

    # As if the server had gone: nothing listens there.
    for path in user.folder.glob("*.json"):
        path.write_text(path.read_text().replace(server.base, "http://127.0.0.1:1"))
    why = f"the session of {ann} is not ended: Nothing listens on http://127.0.0.1:1; "
    user.run("logout", status=4, says=why + "--forget forgets it here")
    expect(list(user.accounts()) == [ann], "an account whose session is not ended stays")
    user.run("logout", "--forget", says=why + "the account is forgotten all the same")
    expect(not user.accounts(), "--forget forgets it")


def renewals(user, server):
    """A token that has expired, and many processes that find it so."""
    ann = server.user("ann")
    server.lifetime = 1
    user.run("login", ann, text="mellon")
    time.sleep(1.2)
    server.forget()
    server.lifetime = 600
    with concurrent.futures.ThreadPoolExecutor(6) as pool:
        list(pool.map(lambda _: user.run("status", says=ann), range(6)))
    count = server.asked("POST", "/_matrix/client/v3/refresh")
    expect(count == 1, f"six processes renew once, not {count} times")
    stored = user.stored()[ann]["secrets"]
    expect(stored["access_token"] in server.tokens, "the renewed pair is kept")

    server.revoke_all()
    user.run("status", status=3, says=f"porchlight login {ann} logs in again")
    user.run("login", ann, text="mellon")


def sessions(user, server):
    """A roster goes on with its own session, whatever another process logs in to; a server speaks for the user who was named."""
    ann = server.user("ann")
    user.run("login", ann, text="mellon")
    with Identity() as other:
        other.alias = ann
        server.lifetime = 2
        user.run("login", ann, text="mellon")
        roster = subprocess.Popen([user.binary, "follow", "--json"], env=user.env, stdin=subprocess.DEVNULL,
                                  stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        expect(wait_until(lambda: server.asked("GET", "/_matrix/client/v3/sync"), 10), "a client follows the stream")
        user.run("login", ann, "--homeserver", other.base, text="mellon", says="Logged in")
        before, known = user.stored()[ann], set(other.tokens)
        server.forget()
        time.sleep(4)
        expect(user.stored()[ann] == before, "a client of the session before writes nothing over a new login")
        expect(server.asked("POST", "/_matrix/client/v3/refresh"), "it renews its own session meanwhile")
        expect(not any(request["token"] in known for request in server.requests), "nor sends its tokens anywhere")
        server.lifetime = 600
        roster.terminate()
        user.check("follow", "".join(roster.communicate()))

        other.alias = server.user("bea")
        other.forget()
        user.run("login", ann, "--homeserver", other.base, text="mellon", status=1, says="and not of")
        expect(other.asked("POST", "/_matrix/client/v3/logout"), "a session of another user is ended")
        other.alias = ann.replace("ann", "ANN")
        user.run("login", ann, "--homeserver", other.base, text="mellon", says=f"Logged in as {other.alias}")
        user.run("logout", other.alias)
        other.alias = ann
        user.run("login", ann, text="mellon")
        kept = user.stored()[ann]
        user.run("login", "ann", "--homeserver", other.base, text="mellon", status=1, says="does not replace")
        expect(user.stored()[ann] == kept, "a name alone replaces no account of another server")

        server.long = 5_000
        user.run("login", ann, text="mellon", status=4, says="4096 bytes")
        server.long = 4_000
        user.run("login", ann, text="mellon", says="Logged in")
        user.run("status", says=ann)
        server.long = 0


def device_grants(user, server):
    cid = server.user("cid")
    server.offers = ["oauth", "password"]

    def grant(answers, status, says):
        server.grant = list(answers)
        login = user.begin(cid)
        out, error = login.communicate(timeout=60)
        expect(login.returncode == status, f"a grant of {answers} ended with {login.returncode}: {error}")
        expect("ABCD-EFGH" in error and f"{server.base}/link" in error, f"page and code are shown: {error}")
        expect(says in out + error, f"a grant of {answers} does not say '{says}': {out} {error}")
        user.check("login by a page", out + error)

    server.refuses_clients = True
    user.run("login", cid, text="mellon", says=f"Logged in as {cid}")
    user.run("logout", cid)
    server.refuses_clients = False
    grant(["access_denied"], 1, "denied")
    grant(["expired_token"], 1, "not entered in time")
    grant(["authorization_pending", "slow_down", "grant"], 0, f"Logged in as {cid}")
    polls = server.times("/oauth/token")[-3:]
    expect(polls[2] - polls[1] >= 5.5, f"slow_down is obeyed: {polls}")
    account = user.accounts()[cid]
    expect(account["method"] == "oauth", f"the account is one of OAuth: {account}")
    device = user.stored()[cid]["account"]["device_id"]
    expect(f"urn:matrix:client:device:{device}" in server.scope, f"the device was asked for: {server.scope}")

    server.lifetime = 1
    server.grant = ["grant"]
    login = user.begin(cid)
    login.communicate(timeout=60)
    server.lifetime = 600
    time.sleep(1.2)
    server.forget()
    user.run("status", "--account", cid, says=cid)
    expect(server.asked("POST", "/oauth/token") == 1, "the authorization server renews")
    expect(not server.asked("POST", "/_matrix/client/v3/refresh"), "and the homeserver does not")
    server.forget()
    user.run("logout", cid)
    expect(server.asked("POST", "/oauth/revoke") == 1, "logout revokes")
    expect(not server.asked("POST", "/_matrix/client/v3/logout"), "by the interface that made the session")
    expect(cid not in user.accounts(), "and forgets")
    server.offers = ["password"]


def tokens(user, server):
    dan = server.user("dan")
    user.run("login", dan, "--login-token-stdin", text="login-dan\n", says=f"Logged in as {dan}")
    user.run("logout", dan)
    user.run("login", dan, "--login-token-stdin", text="nonsense\n", status=3)
    token = server.issue(dan)
    user.run("login", server.user("eve"), "--access-token-stdin", text=token, status=1, says="belongs to")
    user.run("login", dan, "--access-token-stdin", text=token + "\n", says=f"Logged in as {dan}")
    user.run("login", dan, "--access-token-stdin", text="nonsense", status=1)
    expect(user.stored()[dan]["secrets"]["access_token"] == token, "a refused token replaces nothing")
    user.run("logout", dan)
    server.offers = []
    user.run("login", dan, status=1, says="--access-token-stdin")
    server.offers = ["password"]


def discovery(user, server):
    """What cannot be found is said, with what to do; a redirect takes no token along."""
    ann = server.user("ann")
    server.well_known = (500, {})
    user.run("login", ann, text="mellon", status=4, says="--homeserver")
    server.well_known = (200, {"m.homeserver": {"base_url": "http://homeserver.invalid"}})
    user.run("login", ann, text="mellon", status=4, says="not encrypted")
    server.well_known = (404, {})
    user.run("login", ann, text="mellon", says="Logged in")
    with Identity() as other:
        server.redirect = other.base
        user.run("status", "--account", ann, status=4)
        server.well_known = None
        user.run("login", ann, text="mellon", status=4)
        server.redirect = None
        expect(not other.requests or all(not request["token"] for request in other.requests), "no token follows a redirect")
        expect(all(request["method"] == "GET" for request in other.requests), "nor does a password")
    user.run("login", "@ann:127.0.0.1:1", text="mellon", status=4, says="--homeserver")
    user.run("logout", ann)


def keyrings(user, server):
    """A keyring in the place of files, by something that behaves like secret-tool."""
    ann, tools = server.user("ann"), user.home / "bin"
    user.run("login", ann, "--keyring", text="mellon", status=1, says="secret-tool")
    tools.mkdir()
    tool = tools / "secret-tool"
    tool.write_text(f"""#!/bin/sh
echo "$*" >> {user.home}/arguments
verb=$1; shift
[ "$verb" = store ] && shift 2
file={user.home}/ring-$(echo "$4" | tr -c 'a-z0-9\\n' _)
case "$verb" in
  store) cat > "$file" ;;
  lookup) cat "$file" 2>/dev/null ;;
  clear) rm -f "$file" ;;
esac
""")
    tool.chmod(0o700)
    user.env["PATH"] = f"{tools}:{user.env['PATH']}"
    user.run("login", ann, "--keyring", text="mellon", says="Logged in")
    expect("secrets" not in user.stored()[ann], "the file holds no token")
    expect(ann in user.run("status"), "the keyring's tokens work")
    arguments = (user.home / "arguments").read_text()
    expect(not any(secret in arguments for secret in Identity.secrets), "no token is an argument")
    text = tool.read_text()
    tool.write_text("#!/bin/sh\necho is locked >&2\nexit 1\n")
    user.run("logout", status=1, says="is locked")
    expect(ann in user.accounts(), "a keyring that cannot be read costs no account")
    tool.write_text(text)
    user.run("login", ann, text="mellon")
    expect(not list(user.home.glob("ring-*")), "an account in a file empties the keyring")
    user.run("login", ann, "--keyring", text="mellon", says="Logged in")
    user.run("logout")
    expect(not list(user.home.glob("ring-*")), "logout empties the keyring")


def first_run(user, server):
    """Without an account the roster asks what to do."""
    ann = server.user("ann")
    screen = Screen([user.binary, "--ca-file", "/none/such.pem"], user.env)
    screen.wait(r"1, 2, 3 or q: ")
    screen.type("1\n")
    screen.wait(r"example.org: ")
    screen.type(f"{ann}\n")
    expect(screen.wait("--ca-file") is not None, "the login of a first run trusts what the roster was told to trust")
    screen.type("q\n")
    os.waitpid(screen.pid, 0)
    screen = Screen([user.binary], user.env)
    expect(screen.wait(r"1, 2, 3 or q: ") is not None, "the first run asks")
    screen.type("1\n")
    expect(screen.wait(r"example.org: ") is not None, "and for the user ID")
    screen.type(f"{ann}\n")
    expect(screen.wait("Password: ") is not None, "and for the password")
    expect(wait_until(lambda: not screen.echoes(), 5), "which is not shown")
    screen.type("mellon\n")
    expect(screen.wait(f"Logged in as {ann}") is not None, "it logs in")
    expect(screen.wait("@ann") is not None, "and shows the roster")
    time.sleep(1)
    screen.type("q")
    screen.end()
    screen = Screen([user.binary], user.env)
    expect(screen.wait(r"@ann") is not None, "the next time the roster opens at once")
    server.revoke_all()
    expect(screen.wait("You are logged out", 30) is not None, "a session that ends is said")
    screen.type(" ")
    expect(screen.wait(f"porchlight login {ann} logs in again") is not None, "a session that ends says what to do")
    screen.end()
    user.run("logout")
    screen = Screen([user.binary], user.env)
    screen.wait(r"1, 2, 3 or q: ")
    screen.type("q\n")
    _, status = os.waitpid(screen.pid, 0)
    expect(status == 0, f"q ends it: {status}")
    done = subprocess.run([user.binary], env=user.env, capture_output=True, text=True, stdin=subprocess.DEVNULL)
    expect(done.returncode == 2 and "which roster?" in done.stderr, f"without a terminal nothing is asked: {done.stderr}")


if __name__ == "__main__":
    program = os.path.abspath(sys.argv[1])
    for part in (passwords, renewals, sessions, device_grants, tokens, discovery, keyrings, first_run):
        with tempfile.TemporaryDirectory() as home, Identity() as server:
            part(User(program, home), server)
    claims.end()
