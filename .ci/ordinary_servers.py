"""A Synapse of a pinned version, from PyPI, for tests of how porchlight gets on with ordinary servers."""

import json
import os
import signal
import socket
import subprocess
import sys
import tempfile
import urllib.error
import urllib.request

from porchlight_ci import CLIENT, wait_until

VERSION = "1.163.2"
# Synapse's own defaults for presence are in the words of its configuration; where nothing is limited, all are this.
UNLIMITED = "\n".join(
    f"{name}: {{per_second: 100000, burst_count: 100000}}" for name in (
        "rc_message", "rc_registration", "rc_joins_per_room", "rc_invites_per_issuer")) + """
rc_login:
  address: {per_second: 100000, burst_count: 100000}
  account: {per_second: 100000, burst_count: 100000}
  failed_attempts: {per_second: 100000, burst_count: 100000}
rc_joins:
  local: {per_second: 100000, burst_count: 100000}
  remote: {per_second: 100000, burst_count: 100000}
rc_invites:
  per_room: {per_second: 100000, burst_count: 100000}
  per_user: {per_second: 100000, burst_count: 100000}
  per_issuer: {per_second: 100000, burst_count: 100000}
rc_room_creation: {per_second: 100000, burst_count: 100000}
rc_presence:
  per_user: {per_second: 100000, burst_count: 100000}
"""


def installed(folder):
    """The interpreter of an environment with Synapse in it, which is made where there is none."""
    python = os.path.join(folder, "bin", "python")
    if not os.path.exists(python):
        subprocess.run([sys.executable, "-m", "venv", folder], check=True)
    found = subprocess.run([python, "-c", "import synapse; print(synapse.__version__)"], capture_output=True, text=True)
    if found.stdout.strip() != VERSION:
        subprocess.run(
            [python, "-m", "pip", "install", "--quiet", "--disable-pip-version-check", f"matrix-synapse=={VERSION}"],
            check=True)
    return os.path.abspath(python)


class Synapse:
    """One Synapse on loopback, on a database of its own."""

    running = []

    @classmethod
    def end_all(cls):
        for server in list(cls.running):
            server.kill()

    def __init__(self, python, folder, name, limits=False, presence=True, busy=True):
        self.python, self.name = python, name
        self.folder = os.path.join(folder, name)
        os.mkdir(self.folder)
        with socket.create_server(("127.0.0.1", 0)) as free:
            self.port = free.getsockname()[1]
        self.url = f"http://127.0.0.1:{self.port}"
        with open(self.path("log.yaml"), "w") as file:
            file.write(LOGGING % self.path("homeserver.log"))
        with open(self.path("homeserver.yaml"), "w") as file:
            file.write(CONFIGURATION.format(
                name=name, port=self.port, folder=self.folder, presence=str(presence).lower(), busy=str(busy).lower(),
                limits="" if limits else UNLIMITED))
        self.run("--generate-keys")
        self.start()

    def path(self, name):
        return os.path.join(self.folder, name)

    def command(self, *options):
        return [self.python, "-m", "synapse.app.homeserver", "--config-path", self.path("homeserver.yaml"), *options]

    def run(self, *options):
        subprocess.run(self.command(*options), check=True, capture_output=True, cwd=self.folder)

    def start(self):
        self.output = open(self.path("output"), "ab")
        self.process = subprocess.Popen(self.command(), stdout=self.output, stderr=self.output, cwd=self.folder)
        Synapse.running.append(self)
        if not wait_until(self.answers, 60, 0.2):
            with open(self.path("output"), errors="replace") as file:
                said = file.read()[-2000:]
            Synapse.end_all()
            raise SystemExit(f"{self.name} does not start: {said}")
        return self

    def answers(self):
        try:
            return self.ask("GET", "/_matrix/client/versions")[0] == 200
        except OSError:
            return False

    def kill(self):
        """Ends it without a word to anybody."""
        self.process.send_signal(signal.SIGKILL)
        self.process.wait(20)
        self.output.close()
        Synapse.running.remove(self)

    def ask(self, method, path, token=None, body=None):
        request = urllib.request.Request(
            self.url + path, method=method, data=None if body is None else json.dumps(body).encode(),
            headers={"Authorization": f"Bearer {token}"} if token else {})
        try:
            with urllib.request.urlopen(request, timeout=20) as answer:
                return answer.status, json.loads(answer.read() or b"{}")
        except urllib.error.HTTPError as error:
            return error.code, json.loads(error.read() or b"{}")

    def register(self, name):
        """A new user: the user ID, the token, and a file that holds it."""
        status, answer = self.ask(
            "POST", CLIENT + "/register", None,
            {"username": name, "password": "wonderland", "auth": {"type": "m.login.dummy"}})
        if status != 200:
            raise SystemExit(f"{self.name}: register {name}: {status} {answer}")
        file = self.path(name + ".token")
        with open(os.open(file, os.O_WRONLY | os.O_CREAT, 0o600), "w") as out:
            out.write(answer["access_token"] + "\n")
        return answer["user_id"], answer["access_token"], file

    def requests(self, method, part):
        """How many requests of that method, to a path with that part, the server has answered."""
        with open(self.path("homeserver.log"), errors="replace") as file:
            return sum(1 for line in file if "Processed request" in line and f'"{method} ' in line and part in line)


LOGGING = """version: 1
formatters:
  plain: {format: '%%(asctime)s %%(name)s %%(message)s'}
handlers:
  file: {class: logging.FileHandler, formatter: plain, filename: '%s'}
root: {level: INFO, handlers: [file]}
disable_existing_loggers: false
"""

CONFIGURATION = """server_name: {name}
pid_file: {folder}/pid
listeners:
  - {{port: {port}, type: http, bind_addresses: ['127.0.0.1'], resources: [{{names: [client]}}]}}
database: {{name: sqlite3, args: {{database: {folder}/homeserver.db}}}}
log_config: {folder}/log.yaml
media_store_path: {folder}/media
signing_key_path: {folder}/signing.key
registration_shared_secret: no-secret
macaroon_secret_key: no-secret
form_secret: no-secret
enable_registration: true
enable_registration_without_verification: true
report_stats: false
suppress_key_server_warning: true
trusted_key_servers: []
presence: {{enabled: {presence}}}
experimental_features: {{msc3026_enabled: {busy}}}
password_config: {{enabled: true}}
bcrypt_rounds: 4
{limits}
"""
