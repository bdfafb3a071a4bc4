"""Servers that refuse, each with an exit status of its own, and output that cannot be written."""

import http.server
import pathlib
import subprocess
import threading

from .answering import Answering
from .shell import HOSTILE, Shell, expect


def useless_token(folder):
    """A file with a token that no server knows."""
    path = pathlib.Path(folder) / "wrong"
    path.write_text("nonsense")
    path.chmod(0o600)
    return path


class Refusing(Answering):
    def answer(self):
        return (200, {"user_id": "@ann:x"}) if self.path.endswith("/whoami") else self.server.answer


def refusals(binary, folder):
    wrong = useless_token(folder)
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
        for words in (["--version"], ["status"]):
            done = subprocess.run(
                [binary, *words], env=shell.env, stdout=full, stderr=subprocess.PIPE, timeout=30, text=True)
            expect(done.returncode == 1 and "standard output cannot be written" in done.stderr,
                   f"`{words[0]}` to a full device ended with {done.returncode}: {done.stderr.strip()}")
    refusing.shutdown()
