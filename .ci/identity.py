"""A homeserver and its authorization server in one, as far as accounts go: http on loopback, one port."""

import http.server
import json
import threading
import time
import urllib.parse

CLIENT = "/_matrix/client/v3"


class Identity:
    """Knows everybody by the password `mellon`. Tests say what it offers, how long tokens live and what a grant is answered."""

    # Every token that was ever given out; a test checks that none of them is printed.
    secrets = []

    def __init__(self):
        self.offers = ["password"]
        self.lifetime = 600
        self.grant = []
        self.scope = ""
        self.well_known = None
        # Where every request of a client is sent to instead.
        self.redirect = None
        # Whose sessions are made instead of those of the user who logs in.
        self.alias = None
        # Whether no client may make itself known.
        self.refuses_clients = False
        # How many bytes a token has at least.
        self.long = 0
        self.requests = []
        self.tokens, self.refresh_tokens = {}, {}
        self.count = 0
        self.lock = threading.RLock()

    def __enter__(self):
        handler = type("Bound", (Handler,), {"identity": self})
        self.listener = http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler)
        # A client that ends closes its connections.
        self.listener.handle_error = lambda *_: None
        self.listener.daemon_threads = True
        self.name = f"localhost:{self.listener.server_port}"
        self.base = f"http://127.0.0.1:{self.listener.server_port}"
        threading.Thread(target=self.listener.serve_forever, daemon=True).start()
        return self

    def __exit__(self, *_):
        self.listener.shutdown()
        self.listener.server_close()

    def user(self, name):
        return f"@{name}:{self.name}"

    # What was asked.

    def forget(self):
        with self.lock:
            self.requests.clear()

    def asked(self, method, path):
        with self.lock:
            return sum(1 for request in self.requests if (request["method"], request["path"]) == (method, path))

    def times(self, path):
        with self.lock:
            return [request["at"] for request in self.requests if request["path"] == path]

    # Tokens.

    def token(self, kind):
        self.count += 1
        token = f"{kind}-{self.count}-{time.monotonic_ns():x}".ljust(self.long, "x")
        Identity.secrets.append(token)
        return token

    def issue(self, user, device="GIVEN", lifetime=None):
        """An access token; for ever where no lifetime is given."""
        token = self.token("access")
        self.tokens[token] = (user, device, time.monotonic() + lifetime if lifetime else None)
        return token

    def pair(self, user, device):
        refresh = self.token("refresh")
        self.refresh_tokens[refresh] = (user, device)
        return self.issue(user, device, self.lifetime), refresh

    def revoke_all(self):
        with self.lock:
            self.tokens.clear()
            self.refresh_tokens.clear()

    def whose(self, token):
        user, device, end = self.tokens.get(token, (None, None, None))
        return (None, None) if user is None or end and time.monotonic() > end else (user, device)

    # Answers.

    def answer(self, method, path, token, body):
        with self.lock:
            self.requests.append({"method": method, "path": path, "token": token, "at": time.monotonic()})
            if self.redirect and path.startswith(CLIENT):
                return 302, {"Location": self.redirect + path}, {}
            status, answer = self.decide(method, path, token, body)
            return status, {}, answer

    def decide(self, method, path, token, body):
        known = {
            "/.well-known/matrix/client": lambda: self.well_known or (200, {"m.homeserver": {"base_url": self.base + "/"}}),
            "/_matrix/client/versions": lambda: (200, {"versions": ["v1.1", "v1.18"], "unstable_features": {}}),
            "/_matrix/client/v1/auth_metadata": self.metadata,
            "/oauth/register": lambda: (201, {"client_id": "client-1"})
            if body.get("client_uri") and not self.refuses_clients else self.refusal("invalid_client_metadata"),
            "/oauth/device": lambda: self.authorize(body),
            "/oauth/token": lambda: self.oauth_token(body),
            "/oauth/revoke": lambda: (200, {}),
            f"{CLIENT}/login": lambda: self.flows() if method == "GET" else self.login(body),
            f"{CLIENT}/refresh": lambda: self.refresh(body),
        }
        if path in known:
            return known[path]()
        user, device = self.whose(token)
        if user is None:
            return 401, {"errcode": "M_UNKNOWN_TOKEN", "error": "Unrecognised access token.", "soft_logout": False}
        if path == f"{CLIENT}/account/whoami":
            return 200, {"user_id": user, "device_id": device}
        if path == f"{CLIENT}/logout":
            self.tokens.pop(token, None)
            return 200, {}
        if path.startswith(f"{CLIENT}/presence/") and method == "GET":
            return 200, {"presence": "online", "status_msg": "here"}
        if path.startswith(f"{CLIENT}/profile/"):
            return 200, {"displayname": "Somebody"}
        if path == f"{CLIENT}/sync":
            return 200, {"next_batch": "s1"}
        return 404, {"errcode": "M_UNRECOGNIZED", "error": "Unrecognized request"}

    @staticmethod
    def refusal(code):
        return 400, {"error": code, "error_description": f"says {code}"}

    def metadata(self):
        if "oauth" not in self.offers:
            return 404, {"errcode": "M_UNRECOGNIZED", "error": "Unrecognized request"}
        return 200, {
            "issuer": self.base + "/", "token_endpoint": self.base + "/oauth/token",
            "registration_endpoint": self.base + "/oauth/register", "revocation_endpoint": self.base + "/oauth/revoke",
            "device_authorization_endpoint": self.base + "/oauth/device",
            "grant_types_supported": ["authorization_code", "refresh_token", "urn:ietf:params:oauth:grant-type:device_code"],
        }

    def authorize(self, body):
        self.scope = body.get("scope", "")
        return 200, {"device_code": "device-1", "user_code": "ABCD-EFGH", "verification_uri": self.base + "/link",
                     "expires_in": 120, "interval": 1}

    def oauth_token(self, body):
        if body.get("client_id") != "client-1":
            return self.refusal("invalid_client")
        if body.get("grant_type") == "refresh_token":
            found = self.refresh_tokens.pop(body.get("refresh_token"), None)
            if not found:
                return self.refusal("invalid_grant")
        else:
            word = self.grant.pop(0) if self.grant else "authorization_pending"
            if word != "grant":
                return self.refusal(word)
            found = (self.user("cid"), self.scope.rsplit(":", 1)[-1])
        access, refresh = self.pair(*found)
        return 200, {"access_token": access, "token_type": "Bearer", "expires_in": self.lifetime, "refresh_token": refresh,
                     "scope": self.scope}

    def flows(self):
        types = ["m.login.password", "m.login.token"] if "password" in self.offers else ["m.login.sso"]
        return 200, {"flows": [{"type": kind} for kind in types]}

    def login(self, body):
        if body.get("type") == "m.login.token":
            name = (body.get("token") or "").removeprefix("login-") if (body.get("token") or "").startswith("login-") else ""
        else:
            name = body.get("identifier", {}).get("user", "") if body.get("password") == "mellon" else ""
        if not name:
            return 403, {"errcode": "M_FORBIDDEN", "error": "Invalid username or password"}
        user = self.alias or (name if name.startswith("@") else self.user(name))
        device = body.get("device_id") or f"D{self.count}"
        access, refresh = self.pair(user, device)
        answer = {"user_id": user, "device_id": device, "access_token": access}
        if body.get("refresh_token"):
            answer |= {"refresh_token": refresh, "expires_in_ms": int(self.lifetime * 1000)}
        return 200, answer

    def refresh(self, body):
        found = self.refresh_tokens.pop(body.get("refresh_token"), None)
        if not found:
            return 401, {"errcode": "M_UNKNOWN_TOKEN", "error": "Unknown refresh token"}
        access, refresh = self.pair(*found)
        return 200, {"access_token": access, "refresh_token": refresh, "expires_in_ms": int(self.lifetime * 1000)}


class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    identity = None

    def handle_request(self):
        length = int(self.headers.get("Content-Length") or 0)
        data = self.rfile.read(length)
        if self.headers.get("Content-Type", "").startswith("application/x-www-form-urlencoded"):
            body = dict(urllib.parse.parse_qsl(data.decode()))
        else:
            body = json.loads(data or b"{}")
        token = (self.headers.get("Authorization") or "").removeprefix("Bearer ")
        path = urllib.parse.urlsplit(self.path).path
        if path.endswith("/sync") and "timeout=0" not in self.path:
            time.sleep(1)
        status, headers, answer = self.identity.answer(self.command, path, token, body)
        text = json.dumps(answer).encode()
        self.send_response(status)
        for name, value in {**headers, "Content-Type": "application/json", "Content-Length": str(len(text))}.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(text)

    do_GET = do_POST = do_PUT = do_DELETE = handle_request

    def log_message(self, *_):
        pass
